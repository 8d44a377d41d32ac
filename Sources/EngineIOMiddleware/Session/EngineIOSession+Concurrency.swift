// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization

extension EngineIOServer {
  /// Whether the message handlers of one session run one after the other; those of different sessions
  /// never wait for each other.
  public enum HandlerConcurrency: Sendable, Hashable {
    /// Each message waits until the handler of the one before it has returned.
    case serial
    /// Up to `limit` handlers of one session at once. They begin in the order of the messages; what
    /// each does after it has suspended for the first time may overtake. `limit` is at least 1.
    ///
    /// Connect still comes before all of them and disconnect after the last has returned. One that
    /// throws ends the session, and the others run to their end. Sessions that `onSession` handles
    /// take their messages themselves, and are not concerned.
    case concurrent(limit: Int)
  }
}

extension EngineIOSession {
  /// Handles messages until the session has ended, up to `limit` at once, and returns when every
  /// handler has.
  nonisolated(nonsending) func handleMessages(
    atOnce limit: Int, by handler: @escaping EngineIOHandlers.Message
  ) async {
    let places = HandlerPlaces(limit)
    await withDiscardingTaskGroup { group in
      while true {
        await places.take()
        guard case .message(let message) = await next() else { return }
        // After an upgrade it is another one.
        let executor = state.withLock(\.executor)
        // Immediate, so that they begin in order and what does not suspend needs no turn.
        group.addImmediateTask(executorPreference: executor) {
          await self.handle(message, by: handler)
          places.giveBack()
        }
      }
    }
  }
}

/// How many more handlers of a session may run.
private final class HandlerPlaces: Sendable {
  private let state: Mutex<(free: Int, waiting: UnsafeContinuation<Void, Never>?)>

  init(_ count: Int) {
    state = Mutex((count, nil))
  }

  /// Suspends until there is a place; one task at a time.
  nonisolated(nonsending) func take() async {
    await withUnsafeContinuation { continuation in
      let hasPlace = state.withLock { state in
        guard state.free > 0 else {
          state.waiting = continuation
          return false
        }
        state.free -= 1
        return true
      }
      if hasPlace { continuation.resume() }
    }
  }

  func giveBack() {
    state.withLock { state in
      guard let waiting = state.waiting.take() else {
        state.free += 1
        return nil as UnsafeContinuation<Void, Never>?
      }
      return waiting
    }?.resume()
  }
}
