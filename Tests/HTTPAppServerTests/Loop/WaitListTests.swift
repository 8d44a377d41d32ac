// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import NIOCore
import NIOPosix
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WaitListTests {
  /// Starts three tasks that wait, runs `body` on their loop and tells who was woken.
  private func woken(
    by body: @escaping @Sendable (WaitList, [Task<Void, Never>]) -> Void
  ) async throws -> [String] {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let executor = LoopExecutor(loop: group.next())
    let events = Events()
    let (list, tasks) = try await executor.loop.submit {
      let list = WaitList(executor: executor)
      let tasks = ["a", "b", "c"].map { name in
        Task.immediate(executorPreference: executor) {
          await list.wait()
          events.record(name)
        }
      }
      executor.run { body(list, tasks) }
      return (list, tasks)
    }.get()
    let seen = try await executor.loop.submit {
      let seen = events.all
      executor.run { list.wakeAll() }
      return seen
    }.get()
    for task in tasks { await task.value }
    #expect(events.all.sorted() == ["a", "b", "c"])
    try await group.shutdownGracefully()
    return seen
  }

  @Test func wakesAll() async throws {
    #expect(try await woken { list, _ in list.wakeAll() } == ["a", "b", "c"])
  }

  @Test func wakesTheOneThatWaitsLongest() async throws {
    #expect(try await woken { list, _ in list.wakeOne() } == ["a"])
  }

  @Test func wakesACancelledTask() async throws {
    #expect(try await woken { _, tasks in tasks[1].cancel() } == ["b"])
  }

  @Test func wakesACancelledTaskOnce() async throws {
    let seen = try await woken { list, tasks in
      tasks[1].cancel()
      list.wakeOne()
      tasks[0].cancel()
    }
    #expect(seen.sorted() == ["a", "b"])
  }

  @Test func doesNotSuspendACancelledTask() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let executor = LoopExecutor(loop: group.next())
    let task = Task(executorPreference: executor) {
      let list = WaitList(executor: executor)
      withUnsafeCurrentTask { $0?.cancel() }
      await list.wait()
    }
    await task.value
    try await group.shutdownGracefully()
  }

  @Test func isWokenByACancellationOnAnotherThread() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let executor = LoopExecutor(loop: group.next())
    let events = Events()
    let task = Task(executorPreference: executor) {
      let list = WaitList(executor: executor)
      events.record("waiting")
      await list.wait()
    }
    await events.wait(for: "waiting")
    task.cancel()
    await task.value
    try await group.shutdownGracefully()
  }
}
