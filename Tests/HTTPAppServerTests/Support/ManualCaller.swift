// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// An actor, or a task of another executor, that runs when and where it is told to: on a loop's
/// thread now and elsewhere later, as one that several loops share may.
final class ManualCaller: Sendable {
  enum Kind: CaseIterable, Sendable {
    case actor, task
  }

  private let kind: Kind
  private let ready = ReadyJobs()

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// Does `body` as this caller.
  func run(_ body: @Sendable () async throws -> Void) async throws {
    switch kind {
    case .actor: try await ManualActor(ready).run(body)
    case .task: try await withTaskExecutorPreference(ManualTaskExecutor(ready), operation: body)
    }
  }

  /// Runs, on this thread, everything that is ready.
  func runReady() {
    while let run = ready.jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { run() }
  }
}

private final class ReadyJobs: Sendable {
  let jobs = Mutex<[@Sendable () -> Void]>([])

  func append(_ run: @escaping @Sendable () -> Void) {
    jobs.withLock { $0.append(run) }
  }
}

private actor ManualActor {
  private let executor: ManualSerialExecutor

  init(_ ready: ReadyJobs) {
    executor = ManualSerialExecutor(ready)
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  func run(_ body: @Sendable () async throws -> Void) async throws { try await body() }
}

private final class ManualSerialExecutor: SerialExecutor {
  private let ready: ReadyJobs

  init(_ ready: ReadyJobs) {
    self.ready = ready
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    ready.append { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

private final class ManualTaskExecutor: TaskExecutor {
  private let ready: ReadyJobs

  init(_ ready: ReadyJobs) {
    self.ready = ready
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    ready.append { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
