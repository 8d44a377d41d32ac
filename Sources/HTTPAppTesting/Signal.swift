// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// Tasks waiting until something changes, on any thread; each is also woken by its cancellation.
///
/// Whoever waits looks again at what it waits for: a wake-up is a hint, not a promise.
final class Signal: Sendable {
  private struct State {
    var generation = 0
    var lastID = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// Where the signal stands, to be read before the condition is looked at.
  var generation: Int { state.withLock(\.generation) }

  /// Suspends until the signal has been raised after `generation` was read.
  func wait(after generation: Int) async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          guard state.generation == generation, !Task.isCancelled else { return true }
          state.waiting[id] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }

  /// Wakes everyone who waits.
  func raise() {
    let waiting = state.withLock { state in
      state.generation += 1
      defer { state.waiting = [:] }
      return state.waiting
    }
    for continuation in waiting.values { continuation.resume() }
  }
}
