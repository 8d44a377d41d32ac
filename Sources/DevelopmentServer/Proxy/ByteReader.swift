// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Hands out what a channel receives, and lets it receive no more than is asked for.
///
/// `@unchecked Sendable`: touched on the channel's event loop only, where `next` hops first.
final class ByteReader: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer

  private var context: ChannelHandlerContext?
  private var received = CircularBuffer<ByteBuffer>()
  private var waiting: EventLoopPromise<ByteBuffer?>?
  private var isEnded = false

  /// The next bytes; nil when there will be none. Asked by one task at a time.
  func next(on channel: any Channel) async throws -> ByteBuffer? {
    try await withTaskCancellationHandler {
      try await channel.eventLoop.flatSubmit { self.next(on: channel.eventLoop) }.get()
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  private func next(on loop: any EventLoop) -> EventLoopFuture<ByteBuffer?> {
    if let bytes = received.popFirst() { return loop.makeSucceededFuture(bytes) }
    guard !isEnded, let context else { return loop.makeSucceededFuture(nil) }
    let promise = loop.makePromise(of: ByteBuffer?.self)
    waiting = promise
    context.read()
    return promise.futureResult
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received.append(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if let bytes = received.popFirst() {
      answer(bytes)
    } else if waiting != nil {
      context.read()  // what came was TLS's own
    }
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end()
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    self.context = nil
  }

  private func end() {
    isEnded = true
    answer(received.popFirst())
  }

  private func answer(_ bytes: ByteBuffer?) {
    if let promise = waiting.take() {
      promise.succeed(bytes)
    } else if let bytes {
      received.prepend(bytes)
    }
  }
}
