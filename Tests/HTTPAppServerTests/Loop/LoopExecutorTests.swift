// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import NIOPosix
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct LoopExecutorTests {
  /// A loop of its own for each test.
  private func onLoop(_ body: (LoopExecutor) async throws -> Void) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    try await body(LoopExecutor(loop: group.next()))
    try await group.shutdownGracefully()
  }

  @Test func flushesEachConnectionOnceARun() async throws {
    try await onLoop { executor in
      let (first, second) = (FlushCounter(), FlushCounter())
      let loop = executor.loop
      try await loop.submit {
        executor.run {
          executor.flushLater(first)
          executor.flushLater(second)
          Task.immediate(executorPreference: executor) {
            first.write()
            await Task.yield()
            first.write()
            await Task.yield()
            second.write()
          }
          // Nothing leaves before everything that can run has run.
          #expect(first.flushes == [] && second.flushes == [])
        }
        #expect(first.flushes == [2])
        #expect(second.flushes == [1])
      }.get()
    }
  }

  @Test func flushesAgainWhatAFlushMadeRunnable() async throws {
    try await onLoop { executor in
      let (first, second) = (FlushCounter(), FlushCounter())
      first.onFlush = { executor.flushLater(second) }
      try await executor.loop.submit {
        executor.run { executor.flushLater(first) }
        #expect(first.flushes == [0])
        #expect(second.flushes == [0])
      }.get()
    }
  }

  @Test func runsNestedWorkAtOnceAndDrainsOnce() async throws {
    try await onLoop { executor in
      let counter = FlushCounter()
      try await executor.loop.submit {
        executor.run {
          executor.flushLater(counter)
          executor.run { counter.write() }
          #expect(counter.flushes == [])
        }
        #expect(counter.flushes == [1])
      }.get()
    }
  }

  @Test func runsTasksResumedOnTheLoopInTheSameRun() async throws {
    try await onLoop { executor in
      let events = Events()
      try await executor.loop.submit {
        let waiting = WaitList(executor: executor)
        executor.run {
          Task.immediate(executorPreference: executor) {
            events.record("waiting")
            await waiting.wait()
            events.record("resumed")
          }
        }
        #expect(events.all == ["waiting"])
        executor.run { waiting.wakeAll() }
        #expect(events.all == ["waiting", "resumed"])
      }.get()
    }
  }

  @Test func letsTheLoopHaveItsTurnBetweenManyJobs() async throws {
    try await onLoop { executor in
      let events = Events()
      try await executor.loop.submit {
        executor.run {
          Task.immediate(executorPreference: executor) {
            while !events.all.contains("loop") { await Task.yield() }
            events.record("task")
          }
        }
        executor.loop.execute { events.record("loop") }
      }.get()
      await events.wait(for: "task")
      #expect(events.all == ["loop", "task"])
    }
  }

  @Test func keepsTheOrderOfWhatAnotherThreadPosts() async throws {
    try await onLoop { executor in
      let events = Events()
      for number in 0..<1000 { executor.submit(Recording(events: events, event: "\(number)")) }
      executor.submit(Recording(events: events, event: "end"))
      await events.wait(for: "end")
      #expect(events.all == (0..<1000).map { "\($0)" } + ["end"])
    }
  }

  @Test func runsWorkOfItsOwnThreadAtOnce() async throws {
    try await onLoop { executor in
      let events = Events()
      try await executor.loop.submit {
        executor.submit(Recording(events: events, event: "work"))
        #expect(events.all == ["work"])
      }.get()
    }
  }

  @Test func runsWorkOfItsOwnThreadBehindWhatAnotherPosted() async throws {
    try await onLoop { executor in
      let events = Events()
      try await executor.loop.submit {
        onAnotherThread { executor.submit(Recording(events: events, event: "posted")) }
        executor.submit(Recording(events: events, event: "own"))
        #expect(events.all == [])
      }.get()
      await events.wait(for: "own")
      #expect(events.all == ["posted", "own"])
    }
  }

  @Test func catchesUpWithWhatAnotherThreadPosted() async throws {
    try await onLoop { executor in
      let events = Events()
      try await executor.loop.submit {
        executor.run {
          Task.immediate(executorPreference: executor) {
            onAnotherThread { executor.submit(Recording(events: events, event: "posted")) }
            await executor.catchUp()
            events.record("caught up")
          }
        }
      }.get()
      await events.wait(for: "caught up")
      #expect(events.all == ["posted", "caught up"])
    }
  }

  private struct Recording: LoopWork {
    let events: Events
    let event: String

    func run() { events.record(event) }
  }
}

/// Counts what was written before each flush.
///
/// `@unchecked Sendable`: touched on one loop only.
private final class FlushCounter: LoopFlushable, @unchecked Sendable {
  private var written = 0
  private(set) var flushes: [Int] = []
  var onFlush: () -> Void = {}

  func write() { written += 1 }

  func flush() {
    flushes.append(written)
    written = 0
    onFlush()
  }
}
