// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Synchronization

/// Runs tasks on an event loop, inline where possible: a task resumed on the loop runs in the
/// same stack, as soon as whoever resumed it drains the executor, without a lock or a wake-up.
///
/// When no task is left to run, connections that produced bytes meanwhile are flushed, each once:
/// that is what makes a batch of pipelined answers one write.
///
/// `@unchecked Sendable`: everything but `inbox`, which has its mutex, and the atomic `postedWork`
/// is touched on the loop's thread only, which `enqueue` and `submit` establish and the rest assert.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
  let loop: any EventLoop

  // Checking exclusivity at run time would cost more than the queues themselves; no access to one of
  // them calls anybody.
  @exclusivity(unchecked) private var ready = CircularBuffer<UnownedJob>()
  @exclusivity(unchecked) private var unflushed: [any LoopFlushable] = []
  private var isDraining = false
  private var isDrainScheduled = false
  private let inbox = Mutex<[InboxEntry]>([])
  private let postedWork = Atomic(0)

  private enum InboxEntry {
    case job(UnownedJob)
    case work(any LoopWork)
  }

  /// Jobs run in one go before other events of the loop get their turn.
  private static let jobsPerDrain = 256

  init(loop: any EventLoop) {
    self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if loop.inEventLoop {
      ready.append(job)
      scheduleDrain()
    } else {
      post(.job(job))
    }
  }

  /// Runs `work` on the loop, behind all that was submitted before: at once when called there and
  /// nothing waits, otherwise with what other threads posted meanwhile, for one wake-up.
  func submit(_ work: some LoopWork) {
    if loop.inEventLoop, !hasPostedWork {
      run { work.run() }
    } else {
      postedWork.add(1, ordering: .relaxed)
      post(.work(work))
    }
  }

  /// Whether work submitted before has not run yet, so that doing something at once would overtake.
  var hasPostedWork: Bool { postedWork.load(ordering: .relaxed) > 0 }

  /// Suspends until all work submitted before has run.
  nonisolated(nonsending) func catchUp() async {
    guard hasPostedWork else { return }
    // Unsafe: resumed by the one work item it is given to.
    await withUnsafeContinuation { submit(Resumption(continuation: $0)) }
  }

  private struct Resumption: LoopWork {
    let continuation: UnsafeContinuation<Void, Never>

    func run() { continuation.resume() }
  }

  /// Has `connection` flushed at the end of the current or the next drain.
  func flushLater(_ connection: any LoopFlushable) {
    loop.assertInEventLoop()
    unflushed.append(connection)
    scheduleDrain()
  }

  /// Runs `body`, then every task that it made ready, and then flushes; inside another `run`, just
  /// `body`, because the outer one goes on.
  func run(_ body: () -> Void) {
    loop.assertInEventLoop()
    guard !isDraining else { return body() }
    isDraining = true
    body()
    drain()
    isDraining = false
    if !ready.isEmpty { scheduleDrain() }
  }

  private func drain() {
    var budget = Self.jobsPerDrain
    while true {
      while budget > 0, let job = ready.popFirst() {
        budget -= 1
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
      // A flush may complete writes and so make tasks ready: hence the outer loop.
      guard let connection = unflushed.popLast() else { return }
      connection.flush()
    }
  }

  private func scheduleDrain() {
    guard !isDraining, !isDrainScheduled else { return }
    isDrainScheduled = true
    loop.execute {
      self.isDrainScheduled = false
      self.run {}
    }
  }

  private func post(_ entry: InboxEntry) {
    let mustWake = inbox.withLock { entries in
      entries.append(entry)
      return entries.count == 1
    }
    if mustWake { loop.execute { self.takeInbox() } }
  }

  private func takeInbox() {
    let entries = inbox.withLock { entries in
      let taken = entries
      entries.removeAll(keepingCapacity: taken.count <= Self.jobsPerDrain)
      return taken
    }
    run {
      for entry in entries {
        switch entry {
        case .job(let job): ready.append(job)
        case .work(let work):
          work.run()
          postedWork.subtract(1, ordering: .relaxed)
        }
      }
    }
  }
}

/// What another thread may ask a loop to do.
protocol LoopWork: Sendable {
  /// Called on the loop.
  func run()
}

/// Something that puts off work until no task is left to run, such as writing what they produced.
protocol LoopFlushable: AnyObject {
  /// Does it; called on the loop.
  func flush()
}
