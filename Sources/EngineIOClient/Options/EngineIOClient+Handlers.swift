// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO

extension EngineIOClient {
  /// What an application does when something happens on a connection.
  ///
  /// `onConnect`, `onMessage` and `onDisconnect` run in a task of the connection, one after the
  /// other: connect ends before the first message, disconnect comes once, after the last message.
  public struct Handlers: Sendable {
    /// Called when the session is open. Throwing ends it, with the reason `handlerError`.
    public var onConnect: (@Sendable (EngineIOClient) async throws -> Void)?
    /// Called for each message; `EngineIOClient.messages` has none then. Throwing ends the
    /// connection, with the reason `handlerError`.
    public var onMessage: (@Sendable (EngineIOClient, EngineIOMessage) async throws -> Void)?
    /// Called when the connection has ended.
    public var onDisconnect: (@Sendable (EngineIOClient, Disconnection) async -> Void)?
    /// Told of what happens, at the time it happens and in that order. It must not block.
    public var onEvent: (@Sendable (EngineIOClient, Event) -> Void)?

    /// Creates handlers.
    public init(
      onConnect: (@Sendable (EngineIOClient) async throws -> Void)? = nil,
      onMessage: (@Sendable (EngineIOClient, EngineIOMessage) async throws -> Void)? = nil,
      onDisconnect: (@Sendable (EngineIOClient, Disconnection) async -> Void)? = nil,
      onEvent: (@Sendable (EngineIOClient, Event) -> Void)? = nil
    ) {
      self.onConnect = onConnect
      self.onMessage = onMessage
      self.onDisconnect = onDisconnect
      self.onEvent = onEvent
    }

    var needTask: Bool { onConnect != nil || onMessage != nil || onDisconnect != nil }
  }

  /// Something that happened on a connection.
  public enum Event: Sendable, Hashable {
    /// A transport could not open the session, and the next one is tried.
    case transportFailed(EngineIOClientError)
    /// The session is open, on this transport.
    case connected(TransportKind)
    /// The server pinged, and is answered.
    case heartbeat
    /// A WebSocket carries the session from now on.
    case upgraded
    /// The session could not go over to a WebSocket, and goes on by polling. No message is lost.
    case upgradeFailed(EngineIOClientError)
    /// The connection has ended; the last event.
    case disconnected(Disconnection)
  }

  /// How a connection ended.
  public struct Disconnection: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why it ended.
    public let reason: DisconnectReason
    /// What went wrong and where, or how the server closed the WebSocket; `nil` if there is nothing
    /// more to say.
    public let error: EngineIOClientError?

    /// The reason, and the error if there is one.
    public var description: String {
      reason.description + (error.map { " (\($0))" } ?? "")
    }

    /// Whether one of the two sides closed the connection on purpose.
    public var isOrderly: Bool {
      switch reason {
      case .clientClose, .serverClose, .serverShutdown, .transportClose: true
      default: false
      }
    }
  }
}
