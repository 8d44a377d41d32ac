// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HandlerConcurrencyTests {
  private static func engine(limit: Int) -> EngineIOServer {
    EngineIOServer(.init(handlerConcurrency: .concurrent(limit: limit)))
  }

  @Test(arguments: Place.allCases)
  func upToTheLimitRunAtOnceAndDisconnectComesLast(place: Place) async throws {
    let log = Log()
    let gate = Gate()
    let engine = Self.engine(limit: 2)
    engine.onConnect { _, _ in log("connect") }
    engine.onMessage { _, message in
      log("begin \(message)")
      await gate.wait()
      log("end")
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine, in: place) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      #expect(try await client.post(sid, "4a\u{1e}4b\u{1e}4c").body == "ok")
      #expect(
        await log.lines(3) == ["connect", #"begin text("a")"#, #"begin text("b")"#])
      #expect(try await client.post(sid, "1").body == "ok")
      #expect(session.state.withLock { $0.mailbox.count } == 1)
      #expect(log.lines.count == 3)
      gate.open()
      let lines = await log.lines(8)
      #expect(lines.filter { $0 == "end" }.count == 3)
      #expect(lines.filter { $0.hasPrefix("begin") }.last == #"begin text("c")"#)
      #expect(lines.last == "client close")
    }
    #expect(log.lines.count == 8)
  }

  @Test func quickMessageOvertakesASlowOne() async throws {
    let gate = Gate()
    let engine = Self.engine(limit: 2)
    engine.onMessage { session, message in
      if message == "slow" { await gate.wait() }
      try await session.send(message)
    }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      for text in ["4slow", "4a", "4b", "4c"] { socket.send(text) }
      for text in ["4a", "4b", "4c"] { #expect(await socket.text() == text) }
      gate.open()
      #expect(await socket.text() == "4slow")
    }
  }

  @Test func limitOfOneIsSerial() async throws {
    let engine = Self.engine(limit: 1)
    let running = Mutex(0)
    engine.onMessage { session, message in
      running.withLock { $0 += 1 }
      await Task.yield()
      #expect(running.withLock { $0 } == 1)
      running.withLock { $0 -= 1 }
      try await session.send(message)
    }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      for number in 0..<100 { socket.send("4\(number)") }
      for number in 0..<100 { #expect(await socket.text() == "4\(number)") }
    }
  }

  @Test func errorEndsTheSessionOnceAndTheOthersFinish() async throws {
    struct Broken: Error {}
    let log = Log()
    let gate = Gate()
    let engine = Self.engine(limit: 3)
    engine.onMessage { session, message in
      if message == "bad" { throw Broken() }
      await gate.wait()
      log("end \(Task.isCancelled)")
      try await session.send(message)
    }
    engine.onError { _, error in log("\(error)") }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      for text in ["4a", "4bad", "4bad"] { socket.send(text) }
      #expect(await socket.next() == nil)
      #expect(socket.closure?.code == .internalError)
      await eventually { log.lines.filter { $0 == "Broken()" }.count >= 1 }
      gate.open()
      await eventually { log.lines.last == "handler error" }
      #expect(log.lines.filter { $0 == "end false" }.count == 1)
    }
    #expect(log.lines.filter { $0 == "handler error" }.count == 1)
  }

  @Test func cancelledLifespanCancelsEveryHandler() async throws {
    let log = Log()
    let engine = Self.engine(limit: 2)
    engine.onMessage { _, _ in
      log("begin")
      try await Task.sleep(for: .seconds(1_000_000))
    }
    engine.onError { _, error in log("\(error is CancellationError)") }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    let lifespan = Task {
      try await serve(engine) { client in
        let sid = try await client.connect()
        _ = try await client.post(sid, "4a\u{1e}4b")
        _ = await log.lines(2)
      }
    }
    await eventually { engine.state.withLock { $0.drained != nil } }
    lifespan.cancel()
    try await lifespan.value
    #expect(log.lines == ["begin", "begin", "true", "true", "server shutdown"])
  }

  @Test(arguments: Place.allCases) func goesOnAfterAnUpgrade(place: Place) async throws {
    let engine = Self.engine(limit: 4)
    engine.onMessage { session, message in try await session.send(message) }
    try await serve(engine, in: place) { client in
      let (socket, _) = try await client.connectAndUpgrade()
      for number in 0..<50 { socket.send("4\(number)") }
      var received: Set<String> = []
      for _ in 0..<50 { received.insert(try #require(await socket.text())) }
      #expect(received == Set((0..<50).map { "4\($0)" }))
    }
  }

  @Test(arguments: TestMode.allCases) func overTheWire(mode: TestMode) async throws {
    let gate = Gate()
    let engine = Self.engine(limit: 2)
    engine.onMessage { session, message in
      if message == "slow" { await gate.wait() }
      if message == "open" { gate.open() }
      try await session.send(message)
    }
    try await engine.test(mode) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        _ = try await socket.receive()
        for text in ["4slow", "4quick"] { try await socket.send(text) }
        #expect(try await socket.receive() == .text("4quick"))
        try await socket.send("4open")
        let rest = [try await socket.receive(), try await socket.receive()]
        #expect(Set(rest) == [.text("4slow"), .text("4open")])
      }
    }
  }

  @Test func limitOfNoneTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = EngineIOServer(.init(handlerConcurrency: .concurrent(limit: 0)))
    }
  }
}
