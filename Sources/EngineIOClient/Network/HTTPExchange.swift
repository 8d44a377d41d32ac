// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import NIOCore
import NIOHTTP1

/// Sends one request on a connection that is not to be one of HTTP afterwards, and reads its answer.
///
/// `@unchecked Sendable`: everything but `request` is touched on the channel's event loop only.
final class HTTPExchange: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  struct Answer: Sendable {
    var head: HTTPResponseHead
    var body: ByteBuffer
  }

  private enum State {
    case waiting
    case reading(Answer)
    /// The codec is gone, or going. What arrives is kept for the next handler.
    case done([ByteBuffer])
    case handedOver
  }

  /// Unwraps what comes when the codec is gone.
  private final class Bytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
  }

  /// The largest body read of an answer that refuses.
  private static let maxBodyBytes = 1 << 16

  private let request: HTTPRequestHead
  private var state = State.waiting
  private var promise: EventLoopPromise<Answer>?
  private var context: ChannelHandlerContext?
  private let encoder = HTTPRequestEncoder()
  private let decoder = ByteToMessageHandler(
    HTTPResponseDecoder(
      leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop))

  init(request: HTTPRequestHead) {
    self.request = request
  }

  /// The answer, with its body unless it is a success, which has another protocol behind it.
  func run(on channel: any Channel) async throws -> Answer {
    try await channel.eventLoop.flatSubmit {
      let promise = channel.eventLoop.makePromise(of: Answer.self)
      self.promise = promise
      do {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(self.encoder, self.decoder, self)
        let context = try pipeline.context(handler: self)
        context.write(self.wrapOutboundOut(.head(self.request)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        if !channel.isActive { self.fail("it was closed") }
      } catch {
        promise.fail(error)
      }
      return promise.futureResult
    }.get()
  }

  /// Leaves the pipeline, and reads on. On the event loop.
  ///
  /// - Returns: what arrived meanwhile, possibly on a connection that is closed by now.
  func handOver() -> [ByteBuffer] {
    guard case .done(let kept) = state else { return [] }
    state = .handedOver
    if let context {
      context.channel.setOption(.autoRead, value: true).whenComplete { _ in }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
    return kept
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    fail("it was closed")
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .waiting, .reading: read(unwrapInboundIn(data), context)
    case .done(let kept): state = .done(kept + [Bytes.unwrapInboundIn(data)])
    case .handedOver: context.fireChannelRead(data)
    }
  }

  private func read(_ part: HTTPClientResponsePart, _ context: ChannelHandlerContext) {
    switch (part, state) {
    case (.head(let head), .waiting):
      state = .reading(Answer(head: head, body: ByteBuffer()))
    case (.body(let bytes), .reading(var answer)):
      answer.body.writeImmutableBuffer(bytes)
      state = .reading(answer)
      if answer.body.readableBytes > Self.maxBodyBytes { finish(answer, context) }
    case (.end, .reading(let answer)):
      finish(answer, context)
    default:
      break
    }
  }

  private func finish(_ answer: Answer, _ context: ChannelHandlerContext) {
    state = .done([])
    // The end of the connection is not to be noticed before what comes ahead of it is taken.
    context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
    guard let promise else { return }
    self.promise = nil
    let pipeline = context.pipeline.syncOperations
    pipeline.removeHandler(encoder)
      .and(pipeline.removeHandler(decoder))
      .map { _ in answer }
      .cascade(to: promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail("the server closed it")
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .handedOver = state { return context.fireErrorCaught(error) }
    fail("\(error)", error is HTTPParserError)
    context.close(promise: nil)
  }

  private func fail(_ why: String, _ isMalformed: Bool = false) {
    guard let promise else { return }
    self.promise = nil
    promise.fail(
      EngineIOClientError(.handshake, isMalformed ? .malformed(why) : .connectionLost(why)))
  }
}
