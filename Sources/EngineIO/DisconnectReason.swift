// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why a session ended. The raw value is a short text for people and logs.
public enum DisconnectReason: String, Sendable, Hashable, CaseIterable {
  /// The client sent a close packet.
  case clientClose = "client close"
  /// The application closed the session.
  case serverClose = "server close"
  /// The server shuts down.
  case serverShutdown = "server shutdown"
  /// The client closed its WebSocket without a close packet.
  case transportClose = "transport close"
  /// The connection was lost or broke its protocol: a poll or a post was cut off, a WebSocket
  /// ended without a closing handshake or violated RFC 6455.
  case transportError = "transport error"
  /// No pong came in time.
  case pingTimeout = "ping timeout"
  /// A packet or a payload could not be read.
  case parseError = "parse error"
  /// The client sent a packet that only a server sends.
  case protocolViolation = "protocol violation"
  /// A post or a WebSocket message exceeded the size limit.
  case payloadTooLarge = "payload too large"
  /// A payload held more packets than the limit.
  case tooManyPackets = "too many packets"
  /// The client started a second poll or a second post before the first had been answered.
  case overlappingRequests = "overlapping requests"
  /// The client did not take its messages in time, and the send buffer was full.
  case sendBufferFull = "send buffer full"
  /// A handler of the application threw an error.
  case handlerError = "handler error"
}

extension DisconnectReason: CustomStringConvertible {
  /// The raw value.
  public var description: String { rawValue }
}
