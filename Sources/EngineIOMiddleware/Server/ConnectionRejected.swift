// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Thrown in a connect handler to refuse the client: 401 with the message in a JSON body,
/// `{"code":4,"message":"…"}`, also for a WebSocket, which is then not accepted.
public struct ConnectionRejected: Error, Sendable, Hashable {
  /// What the client is told.
  public var message: String

  /// Creates a refusal.
  public init(_ message: String = "Unauthorized") {
    self.message = message
  }
}
