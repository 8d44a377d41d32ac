// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// The deadlines of all sessions of a server, watched by one task.
///
/// Sessions call in while they hold their own lock; nothing here takes a session's lock.
final class TimerQueue: Sendable {
  typealias Slot = TimerHeap<EngineIOSession>.Slot

  private struct State {
    var heap = TimerHeap<EngineIOSession>()
    /// The watching task, while it sleeps until `wakeBefore`.
    var watcher: UnsafeContinuation<Void, Never>?
    var wakeBefore: ContinuousClock.Instant?
    var isCancelled = false
  }

  private let state = Mutex(State())

  var nextDeadline: ContinuousClock.Instant? { state.withLock { $0.heap.nextDeadline } }

  var isEmpty: Bool { state.withLock { $0.heap.isEmpty } }

  func add(_ session: EngineIOSession) -> Slot {
    state.withLock { $0.heap.add(session) }
  }

  func remove(_ slot: Slot) {
    state.withLock { $0.heap.remove(slot) }
  }

  func setDeadline(_ deadline: ContinuousClock.Instant, of slot: Slot) {
    let watcher = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.heap.setDeadline(deadline, of: slot)
      guard state.watcher != nil, deadline < state.wakeBefore ?? deadline + .seconds(1) else {
        return nil
      }
      return state.watcher.take()
    }
    watcher?.resume()
  }

  /// The sessions whose deadline has come; they have none until they set one.
  func takeDue(_ now: ContinuousClock.Instant) -> [EngineIOSession] {
    state.withLock { state in
      var due: [EngineIOSession] = []
      while let session = state.heap.takeDue(now) { due.append(session) }
      return due
    }
  }

  /// Suspends until there is a deadline before `instant` (`nil`: any), or until cancelled. One
  /// task at a time.
  func waitForDeadline(before instant: ContinuousClock.Instant?) async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          let next = state.heap.nextDeadline
          let isEarlier = next.map { next in instant.map { next < $0 } ?? true } ?? false
          if isEarlier || state.isCancelled { return true }
          state.watcher = continuation
          state.wakeBefore = instant
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let watcher = state.withLock { state in
        state.isCancelled = true
        return state.watcher.take()
      }
      watcher?.resume()
    }
    state.withLock { $0.isCancelled = false }
  }
}
