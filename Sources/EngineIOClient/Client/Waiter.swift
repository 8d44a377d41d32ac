// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// One suspended task.
final class Waiter: Sendable {
  private enum State {
    case idle
    case waiting(UnsafeContinuation<Void, Never>)
    case resumed
  }

  private let state = Mutex(State.idle)

  /// Returns after `resume()`, which may come first, or when the task is cancelled. To be called once.
  func wait() async {
    await withTaskCancellationHandler {
      await waitForResume()
    } onCancel: {
      resume()
    }
  }

  /// Returns after `resume()` only. To be called once.
  func waitForResume() async {
    await withUnsafeContinuation { continuation in
      let isResumed = state.withLock { state in
        if case .resumed = state { return true }
        state = .waiting(continuation)
        return false
      }
      if isResumed { continuation.resume() }
    }
  }

  func resume() {
    let continuation = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      defer { state = .resumed }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
    continuation?.resume()
  }
}

/// Tasks that wait for the same thing.
struct Waiters: Sendable {
  private var waiters: [Waiter] = []

  var isEmpty: Bool { waiters.isEmpty }

  mutating func add() -> Waiter {
    let waiter = Waiter()
    waiters.append(waiter)
    return waiter
  }

  /// Takes out one that waits no longer, because its task was cancelled.
  mutating func remove(_ waiter: Waiter) {
    waiters.removeAll { $0 === waiter }
  }

  mutating func takeAll() -> [Waiter] {
    defer { waiters = [] }
    return waiters
  }
}
