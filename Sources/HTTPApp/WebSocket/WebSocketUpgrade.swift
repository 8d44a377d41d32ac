// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a response of the kind webSocket carries.
public struct WebSocketUpgrade: Sendable {
  /// The subprotocol chosen (RFC 6455 section 1.9).
  public var subprotocol: String?
  /// Limits and deadlines of the connection.
  public var options: WebSocketOptions
  /// What runs on the connection.
  public var handler: @Sendable (WebSocket) async throws -> Void {
    didSet { receiver = nil }
  }
  /// What takes the messages in place of the handler, where the host can do that.
  package var receiver: (any WebSocketMessageReceiver)?

  /// Creates the content of a webSocket response.
  public init(
    subprotocol: String? = nil, options: WebSocketOptions = WebSocketOptions(),
    handler: @escaping @Sendable (WebSocket) async throws -> Void
  ) {
    self.subprotocol = subprotocol
    self.options = options
    self.handler = handler
  }
}

/// Limits and deadlines of one WebSocket.
public struct WebSocketOptions: Sendable, Hashable {
  /// Largest message accepted, in bytes, all its fragments together; more closes with 1009.
  public var maxMessageBytes = 1 << 20
  /// Largest frame accepted, in bytes; more closes with 1009.
  public var maxFrameBytes = 1 << 20
  /// Frames accepted as fragments of one message; more closes with 1009.
  public var maxFragments = 4096
  /// Bytes waiting to be sent above which ``WebSocket/send(_:)`` suspends and
  /// ``WebSocket/offer(_:beyondHighWaterMark:)`` refuses.
  public var highWaterMark = 64 << 10
  /// After this long without anything from the peer a ping is sent; nil: never.
  public var pingInterval: Duration? = .seconds(30)
  /// How long nothing may come after a ping before the connection is dropped without a close frame,
  /// with ``WebSocketError/connectionLost``. Any bytes count as an answer.
  public var pingTimeout: Duration = .seconds(20)
  /// How long the peer has to answer a close frame before the connection is dropped, from when the
  /// close was asked for and whether or not the peer takes what was sent before it.
  public var closeTimeout: Duration = .seconds(5)
  /// How messages are compressed where the client offers it (RFC 7692); nil: not at all.
  public var compression: WebSocketCompression?

  /// Creates options with the defaults.
  public init() {}
}
