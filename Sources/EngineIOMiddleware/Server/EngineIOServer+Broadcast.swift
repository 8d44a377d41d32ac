// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

extension EngineIOServer {
  /// What to do about a client that is so slow that its send buffer is full.
  public enum SlowClientPolicy: Sendable, Hashable {
    /// End its session, with the reason `sendBufferFull`: no client misses a message unknowingly.
    case disconnect
    /// Leave the message out for this client.
    case skip
  }

  /// Sends a message to all open sessions that `isIncluded` accepts, and never suspends.
  /// `isIncluded` may be asked about a session that has just ended, too.
  ///
  /// - Returns: the number of sessions that took the message.
  @discardableResult
  public func broadcast(
    _ message: EngineIOMessage, toSlowClients policy: SlowClientPolicy = .disconnect,
    where isIncluded: (EngineIOSession) -> Bool = { _ in true }
  ) -> Int {
    let frame = Packet.message(message).webSocketMessage(in: .v4)
    var count = 0
    for session in state.withLock({ Array($0.sessions.values) }) where isIncluded(session) {
      do throws(EngineIOSendError) {
        try session.offer(message, frame: frame)
        count += 1
      } catch .bufferFull where policy == .disconnect {
        session.end(.sendBufferFull)
      } catch {
        continue
      }
    }
    return count
  }
}
