// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct LifespanTests {
  @Test func shutdownEndsEverySessionOnce() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { session, reason in log("\(session.transport) \(reason)") }
    try await serve(engine) { client in
      let parked = try await client.park(try await client.connect())
      let idle = try await client.connect()
      let (socket, _) = try await client.connectWebSocket()
      let (upgraded, _) = try await client.connectAndUpgrade()
      engine.beginGracefulShutdown()
      #expect(try await parked.value.body == "1")
      #expect(try await client.poll(idle).status == 400)
      for socket in [socket, upgraded] {
        #expect(await socket.next() == nil)
        #expect(socket.closure == WebSocket.Closure(code: .goingAway, byPeer: false))
      }
      engine.beginGracefulShutdown()
    }
    #expect(
      log.lines.sorted() == [
        "polling server shutdown", "polling server shutdown", "websocket server shutdown",
        "websocket server shutdown",
      ])
    #expect(engine.hasNoSessions)
    #expect(engine.timers.isEmpty)
  }

  @Test func shutdownForgetsLeftovers() async throws {
    let engine = EngineIOServer()
    try await serve(engine) { client in
      let session = try client.session(try await client.connect())
      try await session.send("never fetched")
      session.disconnect()
      #expect(!engine.hasNoSessions)
    }
    #expect(engine.hasNoSessions)
  }

  @Test func lifespanWaitsForHandlersInFlight() async throws {
    let log = Log()
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onMessage { _, _ in
      log("begin")
      await gate.wait()
      log("end")
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    let lifespan = Task {
      try await serve(engine) { client in
        let sid = try await client.connect()
        _ = try await client.post(sid, "4a")
        _ = await log.lines(1)
      }
      log("lifespan over")
    }
    await eventually { engine.state.withLock { $0.drained != nil } }
    #expect(log.lines == ["begin"])
    gate.open()
    try await lifespan.value
    #expect(log.lines == ["begin", "end", "server shutdown", "lifespan over"])
  }

  @Test func cancelledLifespanCancelsHandlers() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { _, _ in
      log("begin")
      try await Task.sleep(for: .seconds(1_000_000))
    }
    engine.onError { _, error in log("\(error is CancellationError)") }
    let lifespan = Task {
      try await serve(engine) { client in
        let sid = try await client.connect()
        _ = try await client.post(sid, "4a")
        _ = await log.lines(1)
      }
    }
    await eventually { engine.state.withLock { $0.drained != nil } }
    lifespan.cancel()
    try await lifespan.value
    #expect(log.lines == ["begin", "true"])
  }

  @Test func errorOfTheHostPassesThrough() async throws {
    struct Failed: Error {}
    let log = Log()
    let engine = EngineIOServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    await #expect(throws: Failed.self) {
      try await serve(engine) { client in
        _ = try await client.connect()
        throw Failed()
      }
    }
    #expect(log.lines == ["server shutdown"])
  }

  @Test func serverCanBeServedAgain() async throws {
    let engine = echoServer()
    for _ in 0..<3 {
      try await serve(engine) { client in
        let sid = try await client.connect()
        #expect(try await client.post(sid, "4a").status == 200)
        #expect(try await client.poll(sid).body == "4a")
      }
    }
  }

  @Test(arguments: ["polling", "websocket", "upgraded"])
  func endedSessionsAreFreed(transport: String) async throws {
    struct Weak {
      weak var session: EngineIOSession?
    }
    let weak = Mutex(Weak())
    let engine = echoServer()
    engine.onConnect { session, _ in weak.withLock { $0.session = session } }
    try await serve(engine) { client in
      switch transport {
      case "polling":
        let sid = try await client.connect()
        let poll = try await client.park(sid)
        _ = try await client.post(sid, "1")
        _ = try await poll.value
      case "websocket":
        let (socket, _) = try await client.connectWebSocket()
        socket.close()
      default:
        let (socket, _) = try await client.connectAndUpgrade()
        socket.send("1")
      }
      // While the server runs on: no timer, table or task holds it.
      await eventually { weak.withLock { $0.session == nil } }
      #expect(engine.timers.isEmpty)
    }
  }

  @Test func registrationWhileServingTraps() async {
    await #expect(processExitsWith: .failure) {
      let engine = EngineIOServer()
      try await engine.withLifespan { engine.onMessage { _, _ in } }
    }
  }

  @Test func twoWaysToTakeMessagesTrap() async {
    await #expect(processExitsWith: .failure) {
      let engine = EngineIOServer()
      engine.onMessage { _, _ in }
      engine.onSession { _ in }
    }
  }
}
