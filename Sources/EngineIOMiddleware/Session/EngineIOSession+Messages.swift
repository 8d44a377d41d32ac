// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import Synchronization

extension EngineIOSession {
  /// The client's messages, in order, for a session handler; to be iterated by one task at a time.
  ///
  /// The sequence ends when the session was closed by either side and throws `EngineIODisconnected`
  /// when it ended in another way, in both cases after the last message. It also ends when the
  /// iterating task is cancelled.
  public var messages: Messages { Messages(session: self) }

  /// The messages of a session; see `EngineIOSession.messages`.
  public struct Messages: AsyncSequence, Sendable {
    /// A message.
    public typealias Element = EngineIOMessage
    /// How a session ends other than by closing.
    public typealias Failure = EngineIODisconnected

    let session: EngineIOSession

    /// Starts to take messages.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session: session) }

    /// Takes the messages of a session one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
      let session: EngineIOSession

      /// The next message; `nil` after the session was closed.
      public mutating func next(
        isolation actor: isolated (any Actor)? = #isolation
      ) async throws(EngineIODisconnected) -> EngineIOMessage? {
        if case .message(let message) = await session.nextUnlessCancelled() { return message }
        guard let reason = session.disconnectReason, !reason.isClose else { return nil }
        throw EngineIODisconnected(reason: reason)
      }
    }
  }
}

/// A session ended in another way than by being closed.
public struct EngineIODisconnected: Error, Sendable, Hashable {
  /// Why it ended.
  public let reason: DisconnectReason
}

extension DisconnectReason {
  fileprivate var isClose: Bool {
    switch self {
    case .clientClose, .serverClose, .serverShutdown, .transportClose: true
    default: false
    }
  }
}
