// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Thrown by a handler of `EngineIOServer.onHandshakeRequest`, refuses to open a session: 403 with
/// the JSON body `{"code":4,"message":…}`.
public struct HandshakeRefused: Error, Sendable, Hashable {
  /// What the client is told.
  public var message: String

  /// Creates a refusal.
  public init(_ message: String = "Forbidden") {
    self.message = message
  }
}
