// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// A clock that moves when it is told to, for this package's own tests.
package final class ManualClock: Clock, Sendable {
  package struct Instant: InstantProtocol {
    package var offset: Duration
    package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    package func duration(to other: Instant) -> Duration { other.offset - offset }
    package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleepers: [Int: (deadline: Instant, continuation: UnsafeContinuation<Void, Never>)] = [:]
    var cancelled: Set<Int> = []
    var lastNumber = 0
    /// Sleeps that have begun, and who waits for the next one.
    var watchers: [UnsafeContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var now: Instant { state.withLock(\.now) }
  package var minimumResolution: Duration { .nanoseconds(1) }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let number = state.withLock {
      $0.lastNumber += 1
      return $0.lastNumber
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let (isOver, watchers) = state.withLock {
          state -> (Bool, [UnsafeContinuation<Void, Never>]) in
          if state.now >= deadline || state.cancelled.contains(number) { return (true, []) }
          state.sleepers[number] = (deadline, continuation)
          let watchers = state.watchers
          state.watchers = []
          return (false, watchers)
        }
        if isOver { continuation.resume() }
        for watcher in watchers { watcher.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        state.cancelled.insert(number)
        return state.sleepers.removeValue(forKey: number)?.continuation
      }
      continuation?.resume()
    }
    try Task.checkCancellation()
  }

  /// Waits until somebody sleeps, then moves to the end of the earliest sleep.
  package func advanceToNextDeadline() async {
    guard let deadline = await nextDeadline() else { return }
    move(to: deadline)
  }

  private func nextDeadline() async -> Instant? {
    await withUnsafeContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.sleepers.isEmpty { return true }
        state.watchers.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
    return state.withLock { $0.sleepers.values.map(\.deadline).min() }
  }

  /// Moves the time on, past whatever deadlines there are.
  package func jump(by duration: Duration) {
    move(to: now.advanced(by: duration))
  }

  /// Waits until somebody sleeps, then moves the time on without waking anybody: a late timer.
  package func jumpUnnoticed(by duration: Duration) async {
    _ = await nextDeadline()
    state.withLock { $0.now = $0.now.advanced(by: duration) }
  }

  private func move(to instant: Instant) {
    let due = state.withLock { state in
      state.now = max(state.now, instant)
      let due = state.sleepers.filter { $0.value.deadline <= instant }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }
}
