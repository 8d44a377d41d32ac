// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// What happened, in order, and waiting for it: for tests of what other tasks do.
package final class Events: Sendable {
  private struct State {
    var all: [String] = []
    var lastID = 0
    var waiting: [Int: (event: String, continuation: CheckedContinuation<Void, Never>)] = [:]
  }

  private let state = Mutex(State())

  /// Creates an empty record.
  package init() {}

  /// What happened so far.
  package var all: [String] { state.withLock(\.all) }

  /// Notes that something happened.
  package func record(_ event: String) {
    let woken = state.withLock { state in
      state.all.append(event)
      let woken = state.waiting.filter { $0.value.event == event }
      for id in woken.keys { state.waiting.removeValue(forKey: id) }
      return woken.values
    }
    for (_, continuation) in woken { continuation.resume() }
  }

  /// Suspends until the event has happened, now or before, or the task is cancelled.
  package func wait(for event: String) async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.all.contains(event) || Task.isCancelled { return true }
          state.waiting[id] = (event, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume()
    }
  }
}
