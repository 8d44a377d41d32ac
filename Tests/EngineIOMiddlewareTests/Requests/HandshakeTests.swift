// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
  @Test func pollingHandshake() async throws {
    try await serve(echoServer { $0.hurry() }) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.status == 200)
      #expect(answer.headerFields[.contentType] == "text/plain; charset=UTF-8")
      #expect(answer.headerFields[.cacheControl] == "no-store")
      let handshake = try Handshake(json: String(answer.body.dropFirst()))
      #expect(answer.body == "0" + handshake.json)
      #expect(handshake.upgrades == ["websocket"])
      #expect(handshake.pingInterval == .milliseconds(300))
      #expect(handshake.pingTimeout == .milliseconds(200))
      #expect(handshake.maxPayload == 1_000_000)
      #expect(SessionID(rawValue: handshake.sid) != nil)
      #expect(client.engine.sessions.map(\.id.rawValue) == [handshake.sid])
    }
  }

  @Test func webSocketHandshake() async throws {
    try await serve(echoServer()) { client in
      let socket = try await client.webSocket("EIO=4&transport=websocket")
      let open = try #require(await socket.text())
      #expect(open.first == "0")
      let handshake = try Handshake(json: String(open.dropFirst()))
      #expect(handshake.upgrades == [])
      #expect(client.engine.sessions.first?.transport == .websocket)
    }
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, "transport=polling", 5), (.get, "EIO=abc&transport=polling", 5),
    (.get, "EIO=3&transport=polling", 5), (.get, "EIO=04&transport=polling", 5),
    (.get, "EIO=4", 0), (.get, "EIO=4&transport=abc", 0), (.get, "EIO=4&transport=", 0),
    (.get, "EIO=4&transport=__proto__", 0), (.get, "EIO=4&transport=constructor", 0),
    (.get, "", 0), (.post, "EIO=4&transport=polling", 2), (.put, "EIO=4&transport=polling", 2),
    (.head, "EIO=4&transport=polling", 2), (.delete, "EIO=4&transport=polling&sid=", 2),
    (.get, "EIO=4&transport=websocket", 3), (.get, "EIO=4&transport=polling&sid=nobody", 1),
    (.get, "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", 1),
    (.post, "transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", 1),
    (.get, "EIO=4&transport=polling&transport=polling", 3),
    (.get, "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA&sid=AAAAAAAAAAAAAAAAAAAA", 3),
  ])
  func badRequests(method: HTTPRequest.Method, query: String, code: Int) async throws {
    try await serve(echoServer()) { client in
      let answer = try await client.send(client.request(method, query))
      #expect(answer.status == 400)
      #expect(answer.headerFields[.contentType] == "application/json")
      #expect(answer.body.hasPrefix(#"{"code":\#(code),"message":""#))
      #expect(client.engine.sessions.isEmpty)
    }
  }

  @Test(arguments: [
    ("EIO=3&transport=websocket", 5), ("transport=websocket", 5), ("EIO=4&transport=abc", 0),
    ("EIO=4", 0), ("EIO=4&transport=polling", 3),
    ("EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA", 1),
  ])
  func badWebSocketRequestsAreRefusedBeforeTheyAreAccepted(query: String, code: Int) async throws {
    try await serve(echoServer()) { client in
      let answer = try await client.send(client.request(.get, query, isWebSocketUpgrade: true))
      #expect(answer.status == 400)
      #expect(answer.body.hasPrefix(#"{"code":\#(code),"#))
    }
  }

  @Test func noQueryAtAll() async throws {
    try await serve(echoServer()) { client in
      let answer = try await client.get(nil)
      #expect(answer.body == #"{"code":0,"message":"Transport unknown"}"#)
    }
  }

  @Test func transportsCanBeRestricted() async throws {
    try await serve(echoServer { $0.transports = [.websocket] }) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body == #"{"code":0,"message":"Transport unknown"}"#)
      _ = try await client.connectWebSocket()
    }
    try await serve(echoServer { $0.transports = [.polling] }) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body.contains(#""upgrades":[]"#))
    }
  }

  @Test func upgradesCanBeForbidden() async throws {
    try await serve(echoServer { $0.allowUpgrades = false }) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body.contains(#""upgrades":[]"#))
      let sid = try client.sid(answer.body)
      let refused = try await client.send(
        client.request(.get, "EIO=4&transport=websocket&sid=\(sid)", isWebSocketUpgrade: true))
      #expect(refused.status == 400)
    }
  }

  @Test func nodeTagComesFirst() async throws {
    try await serve(echoServer { $0.nodeTag = "n1" }) { client in
      let sid = try await client.connect()
      #expect(sid.hasPrefix("n1."))
      #expect(try await client.post(sid, "4a").body == "ok")
      #expect(try await client.poll(sid).body == "4a")
    }
  }

  @Test func handshakesAreRefusedOutsideTheLifespan() async throws {
    let engine = echoServer()
    let client = EngineClient(app: engine, engine: engine)
    #expect(try await client.get("EIO=4&transport=polling").status == 503)
    try await serve(engine) { client in _ = try await client.connect() }
    #expect(try await client.get("EIO=4&transport=polling").status == 503)
    try await serve(engine) { client in
      _ = try await client.connect()
      engine.beginGracefulShutdown()
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.status == 503)
      #expect(answer.body == #"{"code":4,"message":"Service unavailable"}"#)
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct ConnectHandlerTests {
  @Test func rejection() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { _, request in
      guard request.headerValue(.authorization) == "yes" else {
        throw ConnectionRejected("who are \"you\"?")
      }
    }
    engine.onDisconnect { _, _ in log("disconnect") }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.status == 401)
      #expect(answer.headerFields[.contentType] == "application/json")
      #expect(answer.body == #"{"code":4,"message":"who are \"you\"?"}"#)
      let webSocket = try await client.send(
        client.request(.get, "EIO=4&transport=websocket", isWebSocketUpgrade: true))
      #expect(webSocket.status == 401)
      #expect(client.engine.hasNoSessions)
      let accepted = try await client.get(
        "EIO=4&transport=polling", headerFields: [.authorization: "yes"])
      #expect(accepted.status == 200)
    }
    #expect(log.lines == ["disconnect"])
  }

  @Test func responseOfAnErrorIsTheAnswer() async throws {
    let engine = EngineIOServer()
    engine.onConnect { _, _ in throw HTTPError(.tooManyRequests, "later") }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.status == 429)
      #expect(answer.body == "later\n")
    }
  }

  @Test func anyOtherErrorIsTheHostsToAnswer() async throws {
    struct Unexpected: Error {}
    let engine = EngineIOServer()
    engine.onConnect { _, _ in throw Unexpected() }
    try await serve(engine) { client in
      await #expect(throws: Unexpected.self) { try await client.get("EIO=4&transport=polling") }
      #expect(client.engine.hasNoSessions)
    }
  }

  @Test func whatConnectSendsTravelsInTheHandshake() async throws {
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      try await session.send("welcome")
      try await session.send(ByteBuffer(bytes: [1, 2, 3, 4]))
    }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      let packets = answer.body.split(separator: "\u{1e}")
      #expect(packets.count == 3)
      #expect(packets.dropFirst() == ["4welcome", "bAQIDBA=="])
      let (socket, _) = try await client.connectWebSocket()
      #expect(await socket.text() == "4welcome")
      #expect(await socket.next() == .binary(ByteBuffer(bytes: [1, 2, 3, 4])))
    }
  }

  @Test(arguments: Place.allCases)
  func disconnectWithinConnect(place: Place) async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      try await session.send("bye")
      session.disconnect()
    }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine, in: place) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body.hasSuffix("\u{1e}4bye\u{1e}1"))
      #expect(await log.lines(1) == ["server close"])
      #expect(try await client.poll(try client.sid(answer.body)).status == 400)
      let (socket, _) = try await client.connectWebSocket()
      #expect(await socket.text() == "4bye")
      #expect(await socket.next() == nil)
      #expect(await log.lines(2) == ["server close", "server close"])
    }
    #expect(log.lines.count == 2)
  }

  /// The server stops while the handler runs: the session ends before anybody knew it.
  @Test(arguments: [false, true])
  func disconnectOfASessionThatComesTooLate(isUpgrade: Bool) async throws {
    struct Failed: Error {}
    enum Name: EngineIOSessionKey { typealias Value = String }
    let gate = Gate()
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      session[Name.self] = "ada"
      log("connect")
      await gate.wait()
    }
    engine.onDisconnect { session, reason in
      let known = session.disconnectReason?.rawValue ?? "none"
      log("\(session[Name.self] ?? "nobody"): \(reason), \(known), \(session.isOpen)")
      throw Failed()
    }
    engine.onError { session, error in log("\(error)") }
    try await serve(engine) { client in
      let task = Task {
        try await client.send(
          client.request(
            .get, "EIO=4&transport=\(isUpgrade ? "websocket" : "polling")",
            isWebSocketUpgrade: isUpgrade))
      }
      _ = await log.lines(1)
      engine.beginGracefulShutdown()
      gate.open()
      let answer = try await task.value
      #expect(answer.status == 503)
    }
    #expect(
      log.lines == ["connect", "ada: server shutdown, server shutdown, false", "Failed()"])
    #expect(engine.sessionCount == 0)
    #expect(engine.timers.isEmpty)
  }

  @Test func clientThatWentAwayMeanwhileIsDisconnected() async throws {
    let gate = Gate()
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { _, _ in
      log("connect")
      await gate.wait()
    }
    engine.onDisconnect { _, _ in log("disconnect") }
    try await serve(engine) { client in
      let task = Task { try await client.get("EIO=4&transport=polling") }
      _ = await log.lines(1)
      task.cancel()
      gate.open()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await log.lines(2) == ["connect", "disconnect"])
    }
    #expect(engine.hasNoSessions)
  }
}
