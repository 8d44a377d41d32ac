// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension WebSocketStateMachine {
  /// What ``next(in:)`` found.
  public enum Event: Hashable, Sendable {
    /// A complete text message.
    case text(String)
    /// A complete binary message.
    case binary(ByteBuffer)
    /// A ping of at most 125 bytes, to be answered by a pong with the same bytes.
    case ping(ByteBuffer)
    /// A pong of at most 125 bytes, asked for or not.
    case pong(ByteBuffer)
    /// The peer's close frame, always the last event; nil is a frame without a code.
    case close(WebSocketCloseCode?, reason: String)
    /// The peer broke the protocol or a limit, always the last event; close with its code.
    case failure(WebSocketProtocolError)
  }
}
