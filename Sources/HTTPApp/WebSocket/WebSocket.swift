// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// A WebSocket connection (RFC 6455), as the handler of a
/// ``Response/webSocket(subprotocol:headerFields:options:_:)`` sees it.
///
/// A handle: copies are the same connection, and every method may be called from any task.
///
/// ## Slow peers
/// What a peer does not take waits in the server's memory, and the application says what happens
/// above ``WebSocketOptions/highWaterMark`` bytes:
/// - wait: ``send(_:)`` takes the message and suspends until there is room;
/// - drop: ``offer(_:beyondHighWaterMark:)`` refuses with ``OfferResult/full``, and the message or
///   an older one can be forgotten;
/// - keep on: an offer beyond the high-water mark is taken, and counting is the caller's;
/// - give up: after ``OfferResult/full``, ``close(_:reason:)`` ends the connection within
///   ``WebSocketOptions/closeTimeout``, also when the peer takes nothing any more.
public struct WebSocket: Sendable {
  private let transport: any WebSocketTransport

  /// Creates a handle, as a host does.
  public init(transport: some WebSocketTransport) {
    self.transport = transport
  }

  /// The messages of the peer, in order; to be iterated by one task at a time. Pulling is the
  /// back-pressure. The sequence ends when either side has closed the connection properly and
  /// throws ``WebSocketError`` when it broke.
  public var messages: Messages { Messages(transport: transport) }

  /// Sends a message; suspends while more than ``WebSocketOptions/highWaterMark`` bytes wait.
  ///
  /// - Parameter compress: whether the message may be compressed, where that was agreed.
  /// - Throws: ``WebSocketError/closed`` when the connection is closing or closed.
  public nonisolated(nonsending) func send(
    _ message: WebSocketMessage, compress: Bool = true
  ) async throws(WebSocketError) {
    switch offer(message, beyondHighWaterMark: true, compress: compress) {
    case .sent: return
    case .buffered, .full: try await transport.waitUntilWritable()
    case .closed: throw .closed
    }
  }

  /// Sends a text message.
  public nonisolated(nonsending) func send(_ text: String) async throws(WebSocketError) {
    try await send(.text(text))
  }

  /// Sends a message if there is room for it, and never suspends.
  ///
  /// - Parameters:
  ///   - beyondHighWaterMark: whether to send also when there is no room, for a caller that keeps
  ///     count by itself.
  ///   - compress: whether the message may be compressed, where that was agreed.
  @discardableResult
  public func offer(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool = false, compress: Bool = true
  ) -> OfferResult {
    compress
      ? transport.offer(message, beyondHighWaterMark: beyondHighWaterMark)
      : transport.offerUncompressed(message, beyondHighWaterMark: beyondHighWaterMark)
  }

  /// Suspends while more than ``WebSocketOptions/highWaterMark`` bytes wait to be sent.
  ///
  /// - Throws: ``WebSocketError/closed`` when the connection is closing or closed.
  public nonisolated(nonsending) func waitUntilWritable() async throws(WebSocketError) {
    try await transport.waitUntilWritable()
  }

  /// Suspends until the operating system has taken everything that was sent before.
  ///
  /// - Throws: ``WebSocketError/closed`` when the connection is closing or closed, or the task is
  ///   cancelled, before that.
  public nonisolated(nonsending) func waitUntilDrained() async throws(WebSocketError) {
    try await transport.waitUntilDrained()
  }

  /// Bytes that were sent here and not yet taken by the operating system: all of them where the
  /// connection runs (``executor``), elsewhere those that are still on their way to it.
  public var bufferedBytes: Int { transport.bufferedBytes }

  /// Starts the closing handshake (RFC 6455 section 7.1.2); what was sent before still goes out.
  /// The host ends the connection when the peer answers, or after
  /// ``WebSocketOptions/closeTimeout``. Only the first close counts.
  ///
  /// - Parameter reason: at most 123 bytes of UTF-8; the rest is cut.
  public func close(_ code: CloseCode = .normalClosure, reason: String = "") {
    transport.close(code, reason: reason)
  }

  /// How the connection was closed; nil while it is open.
  public var closure: Closure? { transport.closure }

  /// Where the connection runs; see ``ConnectionInfo/executor``.
  public var executor: (any TaskExecutor)? { transport.executor }

  /// What became of an offered message.
  public enum OfferResult: Sendable, Hashable {
    /// On its way, and more may follow.
    case sent
    /// On its way, and the high-water mark is reached: wait before sending more.
    case buffered
    /// Refused: more bytes than the high-water mark wait already.
    case full
    /// Refused: the connection is closing or closed.
    case closed
  }

  /// How a connection was closed.
  public struct Closure: Sendable, Hashable {
    /// The status of the close frame; ``CloseCode/noStatusReceived`` or
    /// ``CloseCode/abnormalClosure`` where there was none.
    public var code: CloseCode
    /// The reason of the close frame.
    public var reason: String
    /// Whether the peer closed first.
    public var byPeer: Bool

    /// Creates a description of a closure.
    public init(code: CloseCode, reason: String = "", byPeer: Bool) {
      self.code = code
      self.reason = reason
      self.byPeer = byPeer
    }
  }

  /// The messages of a WebSocket; see ``WebSocket/messages``.
  public struct Messages: AsyncSequence, Sendable {
    public typealias Element = WebSocketMessage
    public typealias Failure = WebSocketError

    let transport: any WebSocketTransport

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(transport: transport) }

    /// Iterates over the messages of a WebSocket.
    public struct AsyncIterator: AsyncIteratorProtocol {
      let transport: any WebSocketTransport

      /// The next message; nil after a proper close.
      public mutating func next(
        isolation actor: isolated (any Actor)? = #isolation
      ) async throws(WebSocketError) -> WebSocketMessage? {
        try await transport.receive()
      }
    }
  }
}

/// A message of a WebSocket (RFC 6455 section 5.6).
public enum WebSocketMessage: Sendable, Hashable {
  /// UTF-8 text.
  case text(String)
  /// Bytes.
  case binary(ByteBuffer)
}

/// Carries a WebSocket; implemented by hosts. Every method may be called from any thread.
public protocol WebSocketTransport: AnyObject, Sendable {
  /// The next message; nil after a proper close.
  nonisolated(nonsending) func receive() async throws(WebSocketError) -> WebSocketMessage?
  /// Takes a message for sending without waiting; above the high-water mark only if told so.
  func offer(_ message: WebSocketMessage, beyondHighWaterMark: Bool) -> WebSocket.OfferResult
  /// As `offer`, and does not compress the message. By default `offer`, for transports that never
  /// compress.
  func offerUncompressed(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult
  /// Suspends until less than the high-water mark is buffered.
  nonisolated(nonsending) func waitUntilWritable() async throws(WebSocketError)
  /// Suspends until nothing of what was sent before is buffered; throws when that cannot happen any
  /// more, or the task is cancelled.
  nonisolated(nonsending) func waitUntilDrained() async throws(WebSocketError)
  /// Starts the closing handshake, once.
  func close(_ code: WebSocket.CloseCode, reason: String)
  /// Bytes not yet taken by the operating system.
  var bufferedBytes: Int { get }
  /// How the connection was closed; nil while it is open.
  var closure: WebSocket.Closure? { get }
  /// Where the connection runs.
  var executor: (any TaskExecutor)? { get }
}

extension WebSocketTransport {
  public func offerUncompressed(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    offer(message, beyondHighWaterMark: beyondHighWaterMark)
  }
}

/// Why a WebSocket can no longer be used.
public enum WebSocketError: Error, Hashable {
  /// It is closing or closed.
  case closed
  /// The connection was lost without a closing handshake.
  case connectionLost
  /// The peer violated the protocol or a limit, and was told the code and the reason.
  case protocolViolation(WebSocket.CloseCode, reason: String)
}
