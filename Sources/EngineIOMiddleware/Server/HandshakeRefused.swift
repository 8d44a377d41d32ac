// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Thrown in a handler of `EngineIOServer.onHandshakeRequest` to refuse a session: 403 with the
/// message in a JSON body, `{"code":4,"message":"…"}`, also for a WebSocket, which is then not
/// accepted.
public struct HandshakeRefused: Error, Sendable, Hashable {
  /// What the client is told.
  public var message: String

  /// Creates a refusal.
  public init(_ message: String = "Forbidden") {
    self.message = message
  }
}
