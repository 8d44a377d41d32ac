// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Tasks parked on a loop until something changes there, each also woken by its cancellation.
///
/// Whoever waits looks again at what it waits for: a wake-up is a hint, not a promise.
///
/// `@unchecked Sendable`: `parked` is touched on the loop's thread only.
final class WaitList: @unchecked Sendable {
  private let executor: LoopExecutor
  // Modified for every wait; resuming a continuation only enqueues its task.
  @exclusivity(unchecked) private var parked:
    [(id: UInt64, continuation: UnsafeContinuation<Void, Never>)] = []
  private var lastID: UInt64 = 0

  init(executor: LoopExecutor) {
    self.executor = executor
  }

  /// Suspends until ``wakeAll()`` or ``wakeOne()``, or the task's cancellation.
  nonisolated(nonsending) func wait() async {
    lastID += 1
    let id = lastID
    await withTaskCancellationHandler {
      if !Task.isCancelled { await park(id) }
    } onCancel: {
      executor.submit(Cancellation(list: self, id: id))
    }
  }

  /// Suspends until ``wakeAll()`` or ``wakeOne()``: for a task that is never cancelled without one
  /// of them, since listening for the cancellation is the dearest part of waiting.
  nonisolated(nonsending) func waitForWake() async { await park(0) }

  @inline(__always)
  private nonisolated(nonsending) func park(_ id: UInt64) async {
    executor.loop.assertInEventLoop()
    // Unsafe: resumed exactly once, because whoever resumes it has removed it.
    await withUnsafeContinuation { parked.append((id, $0)) }
  }

  func wakeOne() {
    if !parked.isEmpty { parked.removeFirst().continuation.resume() }
  }

  func wakeAll() {
    guard !parked.isEmpty else { return }
    let woken = parked
    parked.removeAll(keepingCapacity: true)
    for (_, continuation) in woken { continuation.resume() }
  }

  private struct Cancellation: LoopWork {
    let list: WaitList
    let id: UInt64

    func run() {
      guard let index = list.parked.firstIndex(where: { $0.id == id }) else { return }
      list.parked.remove(at: index).continuation.resume()
    }
  }
}
