// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct SessionHandlerTests {
  @Test(arguments: Place.allCases)
  func handlersOfOneSessionRunOneAfterTheOther(place: Place) async throws {
    let log = Log()
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onConnect { _, _ in log("connect") }
    engine.onMessage { _, message in
      log("begin \(message)")
      await gate.wait()
      log("end \(message)")
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine, in: place) { client in
      let sid = try await client.connect()
      // A handler that takes its time does not hold the acknowledgement.
      #expect(try await client.post(sid, "4a\u{1e}4b").body == "ok")
      #expect(try await client.post(sid, "1").body == "ok")
      #expect(log.lines == ["connect", #"begin text("a")"#])
      gate.open()
      #expect(
        await log.lines(6) == [
          "connect", #"begin text("a")"#, #"end text("a")"#, #"begin text("b")"#,
          #"end text("b")"#, "client close",
        ])
    }
  }

  @Test func sessionsDoNotWaitForEachOther() async throws {
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onMessage { session, message in
      if message == "wait" { await gate.wait() }
      try await session.send(message)
    }
    try await serve(engine) { client in
      let slow = try await client.connect()
      let quick = try await client.connect()
      #expect(try await client.post(slow, "4wait").status == 200)
      #expect(try await client.post(quick, "4go").status == 200)
      #expect(try await client.poll(quick).body == "4go")
      gate.open()
      #expect(try await client.poll(slow).body == "4wait")
    }
  }

  @Test func errorOfAMessageHandlerEndsTheSession() async throws {
    struct Broken: Error {}
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { _, _ in throw Broken() }
    engine.onError { _, error in log("\(error)") }
    engine.onDisconnect { _, reason in
      log(reason.rawValue)
      throw Broken()
    }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4a")
      #expect(await socket.next() == nil)
      #expect(socket.closure?.code == .internalError)
      #expect(await log.lines(3) == ["Broken()", "handler error", "Broken()"])
    }
  }

  @Test func sendAfterTheEndIsNoNews() async throws {
    let log = Log()
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onMessage { session, message in
      log("message")
      await gate.wait()
      try await session.send(message)
    }
    engine.onError { _, error in log("\(error)") }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, sid) = try await client.connectWebSocket()
      socket.send("4a")
      socket.send("4b")
      _ = await log.lines(1)
      let session = try client.session(sid)
      await eventually { session.state.withLock { $0.mailbox.count == 1 } }
      socket.close()
      await eventually { !session.isOpen }
      gate.open()
      #expect(await log.lines(3) == ["message", "message", "transport close"])
    }
  }

  @Test(arguments: Place.allCases)
  func sequenceStyle(place: Place) async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { _, _ in log("connect") }
    engine.onSession { session in
      try await session.send("welcome")
      for try await message in session.messages { try await session.send(message) }
      log("over")
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine, in: place) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      // What the handler sends before it waits for the first time travels in the handshake.
      #expect(answer.body.hasSuffix("\u{1e}4welcome"))
      let sid = try client.sid(answer.body)
      #expect(try await client.post(sid, "4a\u{1e}4b").body == "ok")
      #expect(try await client.poll(sid).body == "4a\u{1e}4b")
      #expect(try await client.post(sid, "1").body == "ok")
      #expect(await log.lines(3) == ["connect", "over", "client close"])
    }
  }

  @Test func sessionHandlerThatReturnsClosesTheSession() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onSession { session in
      var messages = session.messages.makeAsyncIterator()
      _ = try await messages.next()
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4a")
      socket.send("4b")
      #expect(await socket.next() == nil)
      #expect(await log.lines(1) == ["server close"])
      // Returning at once, before the handshake is answered.
      let quick = EngineIOServer()
      quick.onSession { _ in }
      quick.onDisconnect { _, reason in log("quick " + reason.rawValue) }
      try await serve(quick) { client in
        let answer = try await client.get("EIO=4&transport=polling")
        #expect(answer.body.hasSuffix("\u{1e}1"))
        #expect(await log.lines(2).last == "quick server close")
        let (socket, _) = try await client.connectWebSocket()
        #expect(await socket.next() == nil)
      }
    }
  }

  @Test func sequenceTellsALossFromAClose() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onSession { session in
      do {
        for try await _ in session.messages {}
      } catch {
        log("threw \((error as? EngineIODisconnected)?.reason.rawValue ?? "else")")
        throw error
      }
    }
    engine.onError { _, error in log("reported \(error)") }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.fail(.connectionLost)
      #expect(await log.lines(2) == ["threw transport error", "transport error"])
    }
  }

  @Test func cancelledIterationEnds() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onSession { session in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          do { for try await _ in session.messages {} } catch { log("threw") }
          log("iteration over")
        }
        await eventually { session.state.withLock { $0.consumer != nil } }
        group.cancelAll()
      }
      log(session.isOpen ? "open" : "closed")
    }
    try await serve(engine) { client in
      _ = try await client.connectWebSocket()
      #expect(await log.lines(2) == ["iteration over", "open"])
    }
  }

  @Test func slowHandlerHoldsBackAPost() async throws {
    let gate = Gate()
    let log = Log()
    let engine = EngineIOServer(.init(receiveBufferMessages: 2))
    engine.onMessage { _, message in
      log("\(message)")
      await gate.wait()
    }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let post = Task { try await client.post(sid, "4a\u{1e}4b\u{1e}4c\u{1e}4d\u{1e}4e") }
      let session = try client.session(sid)
      await eventually { session.state.withLock { !$0.readers.isEmpty } }
      #expect(session.state.withLock { $0.mailbox.count } == 2)
      gate.open()
      #expect(try await post.value.body == "ok")
      #expect(await log.lines(5).count == 5)
    }
  }

  @Test func slowHandlerHoldsBackAWebSocketAndDoesNotCostThePong() async throws {
    let clock = ManualClock()
    let gate = Gate()
    let engine = EngineIOServer(
      .init(
        pingInterval: .milliseconds(300), pingTimeout: .milliseconds(200), receiveBufferMessages: 1),
      clock: clock)
    engine.onMessage { _, _ in await gate.wait() }
    try await serve(engine) { client in
      let (socket, sid) = try await client.connectWebSocket()
      await clock.advanceToNextDeadline()
      #expect(await socket.text() == "2")
      socket.send("4a")
      socket.send("4b")
      socket.send("3")
      let session = try client.session(sid)
      await eventually { session.state.withLock { !$0.readers.isEmpty } }
      clock.jump(by: .seconds(10))
      gate.open()
      await eventually { session.state.withLock { $0.mailbox.count == 0 && $0.readers.isEmpty } }
      await clock.advanceToNextDeadline()
      #expect(session.isOpen)
    }
  }

  @Test func clientThatGoesAwayDoesNotCancelAHandler() async throws {
    let gate = Gate()
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { _, _ in
      log("begin")
      await gate.wait()
      log(Task.isCancelled ? "cancelled" : "undisturbed")
    }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let post = Task { try await client.post(sid, "4a") }
      _ = await log.lines(1)
      post.cancel()
      gate.open()
      #expect(await log.lines(2).last == "undisturbed")
    }
  }
}
