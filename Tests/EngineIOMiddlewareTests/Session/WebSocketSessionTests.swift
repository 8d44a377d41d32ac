// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct WebSocketSessionTests {
  @Test(arguments: Place.allCases)
  func echo(place: Place) async throws {
    try await serve(echoServer(), in: place) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4hello")
      #expect(await socket.text() == "4hello")
      let bytes = ByteBuffer(bytes: [1, 2, 3, 4])
      socket.send(.binary(bytes))
      #expect(await socket.next() == .binary(bytes))
      socket.send("4")
      socket.send(.binary(ByteBuffer()))
      #expect(await socket.text() == "4")
      #expect(await socket.next() == .binary(ByteBuffer()))
    }
  }

  @Test(arguments: [
    ("abc", DisconnectReason.parseError, WebSocket.CloseCode.protocolError),
    ("", .parseError, .protocolError), ("7", .parseError, .protocolError),
    ("2", .protocolViolation, .protocolError), ("1", .clientClose, .normalClosure),
  ])
  func packetsThatEndASession(
    frame: String, reason: DisconnectReason, code: WebSocket.CloseCode
  ) async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send(frame)
      #expect(await socket.next() == nil)
      #expect(socket.closure == WebSocket.Closure(code: code, byPeer: false))
      #expect(await log.lines(1) == [reason.rawValue])
      await eventually { client.engine.hasNoSessions }
    }
  }

  @Test func clientClosesItsSocket() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.close()
      #expect(await log.lines(1) == ["transport close"])
    }
  }

  @Test(arguments: [
    (WebSocketError.connectionLost, "transport error"),
    (.protocolViolation(.invalidPayload, reason: "UTF-8"), "transport error"),
    (.protocolViolation(.messageTooBig, reason: "1 MB"), "payload too large"),
  ])
  func brokenSocket(error: WebSocketError, reason: String) async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.fail(error)
      #expect(await log.lines(1) == [reason])
    }
  }

  @Test func limitsAreThoseOfTheServer() async throws {
    try await serve(echoServer { $0.maxPayload = 123 }) { client in
      let response = try await client.respond(
        to: client.request(.get, "EIO=4&transport=websocket", isWebSocketUpgrade: true))
      guard case .webSocket(let upgrade) = response.body.kind else {
        Issue.record("no WebSocket")
        return
      }
      #expect(upgrade.options.maxMessageBytes == 123)
      #expect(upgrade.options.maxFrameBytes == 123)
      #expect(upgrade.options.pingInterval == nil)
    }
  }

  @Test func serverCloses() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      try await session.send("last")
      session.disconnect()
      #expect(await socket.text() == "4last")
      #expect(await socket.next() == nil)
      #expect(socket.closure == WebSocket.Closure(code: .normalClosure, byPeer: false))
      #expect(await log.lines(1) == ["server close"])
      await #expect(throws: EngineIOSendError.closed) { try await session.send("late") }
    }
  }

  @Test func pollingRequestsForAWebSocketSession() async throws {
    try await serve(echoServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      #expect(try await client.poll(sid).body == #"{"code":3,"message":"Bad request"}"#)
      #expect(try await client.post(sid, "4a").status == 400)
      socket.send("4a")
      #expect(await socket.text() == "4a")
    }
  }

  @Test func secondSocketIsAcceptedAndClosed() async throws {
    try await serve(echoServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let second = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      #expect(await second.next() == nil)
      #expect(second.closure == WebSocket.Closure(code: .policyViolation, byPeer: false))
      socket.send("4a")
      #expect(await socket.text() == "4a")
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct UpgradeTests {
  @Test(arguments: Place.allCases)
  func upgrade(place: Place) async throws {
    try await serve(echoServer(), in: place) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      let poll = try await client.poll(sid)
      #expect(poll.status == 200)
      #expect(poll.body == "6")
      socket.send("5")
      socket.send("4hello")
      #expect(await socket.text() == "4hello")
      #expect(try client.session(sid).transport == .websocket)
    }
  }

  @Test func parkedPollIsEndedByTheProbe() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(try await poll.value.body == "6")
      #expect(await socket.text() == "3probe")
    }
  }

  @Test func pollingIsRefusedAfterTheUpgrade() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      socket.send("5")
      let session = try client.session(sid)
      await eventually { session.transport == .websocket }
      #expect(try await client.poll(sid).status == 400)
      #expect(await socket.text() == "3probe")
      socket.send("4hello")
      #expect(await socket.text() == "4hello")
    }
  }

  @Test func secondSocketAfterTheUpgradeIsAcceptedAndClosed() async throws {
    try await serve(echoServer()) { client in
      let (socket, sid) = try await client.connectAndUpgrade()
      let second = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      #expect(await second.next() == nil)
      socket.send("4hello")
      #expect(await socket.text() == "4hello")
    }
  }

  @Test func messagesSentMeanwhileArriveInOrder() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("1")
      #expect(try await client.poll(sid).body == "41")
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      try await session.send("2")
      try await session.send("3")
      socket.send("5")
      #expect(await socket.text() == "42")
      #expect(await socket.text() == "43")
      try await session.send("4")
      #expect(await socket.text() == "44")
    }
  }

  @Test(arguments: ["4early", "abc", "5", ""])
  func badProbeEndsOnlyItself(frame: String) async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send(frame)
      #expect(await socket.next() == nil)
      #expect(try await client.post(sid, "4still").status == 200)
      #expect(try await client.poll(sid).body == "4still")
      let (again, _) = (
        try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)"), sid
      )
      again.send("2probe")
      #expect(await again.text() == "3probe")
    }
  }

  @Test func lostProbeLeavesPolling() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      socket.fail(.connectionLost)
      let session = try client.session(sid)
      await eventually { !session.state.withLock { $0.machine.isUpgrading } }
      let poll = try await client.park(sid)
      try await session.send("a")
      #expect(try await poll.value.body == "4a")
    }
  }

  @Test func probeTimesOut() async throws {
    let clock = ManualClock()
    let engine = echoServer(clock: clock) { $0.upgradeTimeout = .milliseconds(100) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      clock.jump(by: .milliseconds(100))
      #expect(await socket.next() == nil)
      #expect(try client.session(sid).isOpen)
    }
  }

  @Test func sessionThatEndsClosesItsProbe() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      try client.session(sid).disconnect()
      #expect(await socket.next() == nil)
    }
  }

  /// The session's task goes over to the executor of the WebSocket.
  @Test func handlersMoveToTheConnectionOfTheSocket() async throws {
    let first = TestExecutor()
    let second = TestExecutor()
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { session, message in
      let current = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
      log(current == second.asUnownedTaskExecutor() ? "second" : "first")
      try await session.send(message)
    }
    try await serve(engine) { client in
      var client = client
      client.executor = first
      let sid = try await client.connect()
      #expect(try await client.post(sid, "4a").status == 200)
      client.executor = second
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      socket.send("5")
      socket.send("4b")
      #expect(await log.lines(2) == ["first", "second"])
      #expect(await socket.text() == "3probe")
      #expect(await socket.text() == "4a")
      #expect(await socket.text() == "4b")
    }
  }
}
