// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct BackgroundTaskTests {
  private static func untilCancelled() async throws {
    try await Task.sleep(for: .seconds(1_000_000))
  }

  @Test func taskRunsWithTheServerAndEndsAfterTheSessions() async throws {
    let log = Log()
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onDisconnect { _, _ in
      await gate.wait()
      log("disconnected")
    }
    engine.addBackgroundTask {
      log("begin")
      do { try await Self.untilCancelled() } catch { log("cancelled") }
    }
    engine.onBackgroundError { log("failed: \($0)") }
    let lifespan = Task {
      try await serve(engine) { client in
        _ = try await client.connect()
        _ = await log.lines(1)
      }
      log("over")
    }
    await eventually { engine.state.withLock { $0.drained != nil } }
    #expect(log.lines == ["begin"])
    gate.open()
    try await lifespan.value
    #expect(log.lines == ["begin", "disconnected", "cancelled", "over"])
  }

  @Test func taskAddedMeanwhileStartsAtOnceAndBelongsToThatRun() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.addBackgroundTask { log("every run") }
    for run in 1...2 {
      try await serve(engine) { client in
        _ = await log.lines(run == 1 ? 1 : 3)
        if run == 1 {
          engine.addBackgroundTask { log("once") }
          _ = await log.lines(2)
        }
      }
    }
    #expect(log.lines == ["every run", "once", "every run"])
  }

  @Test func handlerAddsATask() async throws {
    let engine = EngineIOServer()
    engine.onMessage { session, message in
      engine.addBackgroundTask { try await session.send(message) }
    }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4a")
      #expect(await socket.text() == "4a")
    }
  }

  @Test func errorIsReportedAndTheServerGoesOn() async throws {
    struct Broken: Error {}
    let log = Log()
    let engine = echoServer()
    engine.addBackgroundTask { throw Broken() }
    engine.addBackgroundTask {
      await Task.yield()
      log("other")
    }
    engine.onBackgroundError { log("\($0)") }
    try await serve(engine) { client in
      #expect(await log.lines(2).sorted() == ["Broken()", "other"])
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4a")
      #expect(await socket.text() == "4a")
    }
    #expect(log.lines.count == 2)
  }

  @Test func endOfATaskThatWasCancelledIsNoError() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.addBackgroundTask { try await Self.untilCancelled() }
    engine.onBackgroundError { log("\($0)") }
    try await serve(engine) { _ in }
    #expect(log.lines.isEmpty)
  }

  @Test func cancelledLifespanCancelsTasksAtOnce() async throws {
    let log = Log()
    let gate = Gate()
    let engine = EngineIOServer()
    engine.addBackgroundTask {
      do { try await Self.untilCancelled() } catch { log("cancelled") }
    }
    let lifespan = Task {
      try await serve(engine) { _ in await gate.wait() }
    }
    await eventually { engine.state.withLock { $0.phase == .running } }
    lifespan.cancel()
    #expect(await log.lines(1) == ["cancelled"])
    gate.open()
    try await lifespan.value
  }

  @Test func taskThatComesTooLateIsNotStarted() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.addBackgroundTask {
      try? await Self.untilCancelled()
      engine.addBackgroundTask { log("too late") }
    }
    for _ in 0..<2 { try await serve(engine) { _ in } }
    #expect(log.lines.isEmpty)
  }
}
