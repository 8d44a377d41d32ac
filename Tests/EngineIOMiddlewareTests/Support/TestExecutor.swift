// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Dispatch

/// Runs tasks one by one in the order in which they became ready, as an event loop does.
final class TestExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "TestExecutor")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
