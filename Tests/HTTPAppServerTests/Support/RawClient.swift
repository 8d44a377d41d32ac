// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import NIOPosix

/// A peer that sends bytes as told and sees the bytes that come back; used by one task at a time.
final class RawClient {
  enum End: Equatable {
    /// An orderly end of the server's output.
    case closed
    /// A reset, or another failure.
    case broken
  }

  struct Ended: Error {
    let unread: String
  }

  private enum Event {
    case bytes(ByteBuffer)
    case ended(End)
  }

  private let channel: any Channel
  private var events: AsyncStream<Event>.Iterator
  private var unread = ByteBuffer()
  private(set) var end: End?

  init(to address: ConnectionInfo.Address, isReading: Bool) async throws {
    let stream = AsyncStream.makeStream(of: Event.self)
    let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: isReading)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(stream.continuation))
        }
      }
    channel =
      switch address {
      case .ip(let host, let port): try await bootstrap.connect(host: host, port: port).get()
      case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
      }
    events = stream.stream.makeAsyncIterator()
  }

  deinit {
    channel.close(promise: nil)
  }

  // MARK: Sending

  func send(_ text: String) async throws {
    try await send(ByteBuffer(string: text))
  }

  func send(_ bytes: ByteBuffer) async throws {
    try await channel.writeAndFlush(bytes)
  }

  /// Sends without waiting for the bytes to leave.
  func post(_ bytes: ByteBuffer) {
    channel.writeAndFlush(bytes, promise: nil)
  }

  /// Posts bytes, from any task.
  var sender: @Sendable (ByteBuffer) -> Void {
    { [channel] bytes in channel.writeAndFlush(bytes, promise: nil) }
  }

  /// What of the bytes posted the operating system does not take, once that changes no more while
  /// the server's loop turns many times to serve another client.
  func settledBacklog(while other: RawClient) async throws -> Int {
    var backlog = -1
    var unchanged = 0
    while unchanged < 5 {
      for _ in 0..<20 { _ = try await other.get("/other") }
      let now = try await channel.getOption(.bufferedWritableBytes).get()
      unchanged = now == backlog ? unchanged + 1 : 0
      backlog = now
    }
    return backlog
  }

  // MARK: Ending

  /// Closes the connection, with a FIN.
  func close() {
    channel.close(promise: nil)
  }

  /// Ends the output only.
  func closeOutput() async throws {
    try await channel.close(mode: .output)
  }

  /// Closes the connection with a reset.
  func reset() async throws {
    guard let provider = channel as? any SocketOptionProvider else { return }
    try await provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    channel.close(promise: nil)
  }

  // MARK: Receiving

  /// Begins to read after all.
  func startReading() async {
    // Fails only when the connection has ended, and then everything has been read.
    try? await channel.setOption(.autoRead, value: true).get()
  }

  /// Takes exactly `count` bytes.
  func receive(_ count: Int) async throws -> ByteBuffer {
    while unread.readableBytes < count {
      guard await receiveMore() else { throw Ended(unread: String(buffer: unread)) }
    }
    return unread.readSlice(length: count) ?? ByteBuffer()
  }

  /// Takes what comes up to and with `marker`.
  func receive(through marker: String) async throws -> String {
    while true {
      if let range = unread.readableBytesView.firstRange(of: marker.utf8) {
        let end = range.upperBound - unread.readerIndex
        return String(buffer: try await receive(end))
      }
      guard await receiveMore() else { throw Ended(unread: String(buffer: unread)) }
    }
  }

  /// Takes everything until the connection ends, without the lines that tell the date.
  func receiveToEnd() async -> String {
    while await receiveMore() {}
    return withoutDate(unread.readString(length: unread.readableBytes) ?? "")
  }

  /// Counts the bytes until the connection ends.
  func countToEnd() async -> Int {
    while await receiveMore() {}
    defer { unread.clear() }
    return unread.readableBytes
  }

  private func receiveMore() async -> Bool {
    guard end == nil else { return false }
    switch await events.next(isolation: #isolation) {
    case .bytes(let bytes):
      unread.writeImmutableBuffer(bytes)
      return true
    case .ended(let end):
      self.end = end
      return false
    case nil:
      end = .broken
      return false
    }
  }

  private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let events: AsyncStream<Event>.Continuation
    private var end = End.closed

    init(_ events: AsyncStream<Event>.Continuation) {
      self.events = events
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      events.yield(.bytes(unwrapInboundIn(data)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      end = .broken
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      events.yield(.ended(end))
      events.finish()
    }
  }
}

/// Responses without what no test can know.
func withoutDate(_ text: String) -> String {
  text.split(separator: "\r\n", omittingEmptySubsequences: false)
    .filter { !$0.hasPrefix("date: ") }.joined(separator: "\r\n")
}
