// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct DrainingTests {
  @Test func nothingWaits() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.drain()
      let poll = try await client.park(sid)
      try await session.send("x")
      try await session.drain()
      #expect(try await poll.value.body == "4x")
    }
  }

  @Test func pollTakesWhatWaits() async throws {
    let log = Log()
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("a")
      let drain = Task {
        try await session.drain()
        log("drained")
      }
      await eventually { session.isDraining }
      try await session.send("b")
      #expect(log.lines.isEmpty)
      #expect(try await client.poll(sid).body == "4a\u{1e}4b")
      // What is sent from here on is not waited for.
      try await session.send("c")
      try await drain.value
      #expect(session.bufferedMessages == 1)
    }
  }

  @Test func webSocketTakesWhatWaited() async throws {
    let log = Log()
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("a")
      let drain = Task {
        try await session.drain()
        log("drained")
      }
      await eventually { session.isDraining }
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      socket.setStalled(true)
      socket.send("5")
      #expect(await socket.text() == "4a")
      #expect(log.lines.isEmpty)
      socket.setStalled(false)
      try await drain.value
    }
  }

  @Test func aProbeTakesNothing() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("a")
      let drain = Task { try await session.drain() }
      await eventually { session.isDraining }
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      session.disconnect()
      await #expect(throws: EngineIOSendError.closed) { try await drain.value }
    }
  }

  @Test(arguments: ["disconnect", "close", "overlap"])
  func sessionThatEndsFirst(how: String) async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("a")
      let drain = Task { try await session.drain() }
      await eventually { session.isDraining }
      switch how {
      case "disconnect": session.disconnect()
      case "close": _ = try await client.post(sid, "1")
      default: session.end(.overlappingRequests)
      }
      await #expect(throws: EngineIOSendError.closed) { try await drain.value }
      await #expect(throws: EngineIOSendError.closed) { try await session.drain() }
    }
  }

  @Test func lostWebSocket() async throws {
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      socket.setStalled(true)
      let drain = Task {
        try session.offer(contentsOf: [])
        try await session.drain()
      }
      await eventually { socket.hasWriters }
      socket.fail(.connectionLost)
      await #expect(throws: EngineIOSendError.closed) { try await drain.value }
    }
  }

  @Test func cancelledTaskDoesNotWait() async throws {
    try await serve(EngineIOServer()) { client in
      let session = try client.session(try await client.connect())
      try await session.send("a")
      let drain = Task { try await session.drain() }
      await eventually { session.isDraining }
      drain.cancel()
      await #expect(throws: CancellationError.self) { try await drain.value }
      #expect(session.isOpen)
    }
  }

  @Test func connectHandlerCannotWaitForItsOwnEnd() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      try await session.drain()
      try await session.send("a")
      do { try await session.drain() } catch { log("\(error)") }
    }
    try await serve(engine) { client in
      _ = try await client.connect()
      #expect(log.lines == ["bufferFull"])
    }
  }

  /// A session handler starts before the handshake is answered, and goes on when it is.
  @Test(arguments: [TransportKind.polling, .websocket])
  func handshakeTakesWhatWasSent(transport: TransportKind) async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onSession { session in
      try await session.send("welcome")
      try await session.drain()
      log("drained")
      for try await _ in session.messages {}
    }
    try await serve(engine) { client in
      if transport == .polling {
        _ = try await client.connect()
      } else {
        let (socket, _) = try await client.connectWebSocket()
        #expect(await socket.text() == "4welcome")
      }
      #expect(await log.lines(1) == ["drained"])
    }
  }
}

extension EngineIOSession {
  var isDraining: Bool { state.withLock { !$0.drainers.isEmpty } }
}
