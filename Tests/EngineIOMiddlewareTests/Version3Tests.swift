// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

/// Clients of protocol version 3, in process and over sockets.
@Suite(.timeLimit(.minutes(1))) struct Version3Tests {
  private func engine(clock: some Clock<Duration> = ContinuousClock()) -> EngineIOServer {
    echoServer(clock: clock) {
      $0.allowEIO3 = true
      $0.hurry()
      // Nothing here depends on the time, unless the test moves the clock.
      if clock is ContinuousClock { $0.pingInterval = .seconds(25) }
    }
  }

  // MARK: Handshake

  @Test(arguments: TestMode.allCases, ["EIO=3", "EIO=2", "EIO=4x", ""])
  func onlyAllowedVersionsOpenASession(mode: TestMode, version: String) async throws {
    for allowEIO3 in [false, true] where !(allowEIO3 && version == "EIO=3") {
      try await EngineIOApp(echoServer { $0.allowEIO3 = allowEIO3 }).test(mode) { client in
        let response = try await client.get("/engine.io/?transport=polling&\(version)")
        #expect(response.status == .badRequest)
        #expect(response.text == #"{"code":5,"message":"Unsupported protocol version"}"#)
        await #expect(throws: WebSocketRefused.self) {
          try await client.webSocket("/engine.io/?transport=websocket&\(version)") { _ in }
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func handshakeByPolling(mode: TestMode) async throws {
    let engine = engine()
    engine.onConnect { session, _ in
      #expect(session.protocolVersion == .v3)
      try await session.send("hi €")
    }
    try await EngineIOApp(engine).test(mode) { client in
      let response = try await client.get("/engine.io/?EIO=3&transport=polling")
      #expect(response.headerFields[.contentType] == "text/plain; charset=UTF-8")
      let packets = try PayloadDecoderV3.decode(response.body, isBinary: false)
      let sid = try #require(engine.sessions.first?.id.rawValue)
      #expect(
        packets == [
          .open(
            #"{"sid":"\#(sid)","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":200}"#),
          .message("hi €"),
        ])
    }
  }

  @Test(arguments: TestMode.allCases)
  func otherOriginsAreRefusedAsEver(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      let response = try await client.get(
        "/engine.io/?EIO=3&transport=polling", headerFields: [.origin: "http://elsewhere.example"])
      #expect(response.status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func version4IsServedBesideIt(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      let session = try await client.openSession()
      #expect(try await client.post(session, "4hello\u{1e}bAQIDBA==").text == "ok")
      #expect(try await client.get(session).text == "4hello\u{1e}bAQIDBA==")
    }
  }

  // MARK: Messages

  @Test(arguments: TestMode.allCases)
  func pollingEchoes(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      let session = try await client.openVersion3()
      for payload in ["6:4hello2:4€", "3:4🙂", "1:4", "4:4a\u{1e}b"] {
        let post = try await client.post(session, payload)
        #expect(post.text == "ok")
        let poll = try await client.get(session)
        #expect(poll.text == payload)
        #expect(poll.headerFields[.contentType] == "text/plain; charset=UTF-8")
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func binaryPayloadsGoBothWays(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      let session = try await client.openVersion3()
      let payload = ByteBuffer(bytes: [0, 2, 0xff, 0x34, 0x61, 1, 5, 0xff, 4, 1, 2, 3, 4])
      for type in ["application/octet-stream", "Application/Octet-Stream ; x=y"] {
        let post = try await client.send(
          .post, session, headerFields: [.contentType: type], body: payload)
        #expect(post.text == "ok")
        let poll = try await client.get(session)
        #expect(poll.body == payload)
        #expect(poll.headerFields[.contentType] == "application/octet-stream")
      }
      // Base64 is understood as well.
      #expect(try await client.post(session, "10:b4AQIDBA==").text == "ok")
      #expect(
        try await client.get(session).body == ByteBuffer(bytes: [1, 5, 0xff, 4, 1, 2, 3, 4]))
    }
  }

  @Test(arguments: TestMode.allCases, ["b64=1", "b64=true"])
  func base64ForThoseWhoAsk(mode: TestMode, query: String) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      let session = try await client.openVersion3(query)
      #expect(try await client.post(session, "2:4a10:b4AQIDBA==").text == "ok")
      let poll = try await client.get(session)
      #expect(poll.text == "2:4a10:b4AQIDBA==")
      #expect(poll.headerFields[.contentType] == "text/plain; charset=UTF-8")
    }
  }

  @Test(arguments: TestMode.allCases)
  func webSocketEchoes(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      try await client.webSocket("/engine.io/?EIO=3&transport=websocket") { socket in
        guard case .text(let open) = try await socket.receive() else {
          Issue.record("no open packet")
          return
        }
        #expect(open.hasPrefix(#"0{"sid":""#))
        #expect(open.hasSuffix(#"","upgrades":[],"pingInterval":25000,"pingTimeout":200}"#))
        let frames: [WebSocketMessage] = [
          .text("4hello"), .binary(ByteBuffer(bytes: [4, 1, 2, 3, 4])),
          .binary(ByteBuffer(bytes: [4])),
        ]
        for frame in frames {
          try await socket.send(frame)
          #expect(try await socket.receive() == frame)
        }
      }
      try await client.webSocket("/engine.io/?EIO=3&transport=websocket&b64=1") { socket in
        _ = try await socket.receive()
        try await socket.send("b4AQIDBA==")
        #expect(try await socket.receive() == .text("b4AQIDBA=="))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func sessionGoesOverToAWebSocket(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3()
      let sid = try #require(engine.sessions.first?.id.rawValue)
      try await client.webSocket("/engine.io/?EIO=3&transport=websocket&sid=\(sid)") { socket in
        try await socket.send("2probe")
        #expect(try await socket.receive() == .text("3probe"))
        #expect(try await client.get(session).text == "1:6")
        try await socket.send("5")
        let bytes = WebSocketMessage.binary(ByteBuffer(bytes: [4, 9]))
        try await socket.send(bytes)
        #expect(try await socket.receive() == bytes)
        try await socket.send("2")
        #expect(try await socket.receive() == .text("3"))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func broadcastReachesEveryVersionInItsOwnForm(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3("b64=1")
      try await client.webSocket("/engine.io/?EIO=3&transport=websocket") { old in
        _ = try await old.receive()
        try await client.webSocket("/engine.io/?EIO=4&transport=websocket") { new in
          _ = try await new.receive()
          await eventually { engine.sessions.count == 3 }
          #expect(engine.broadcast(.binary(ByteBuffer(bytes: [1, 2, 3, 4]))) == 3)
          #expect(try await old.receive() == .binary(ByteBuffer(bytes: [4, 1, 2, 3, 4])))
          #expect(try await new.receive() == .binary(ByteBuffer(bytes: [1, 2, 3, 4])))
          #expect(try await client.get(session).text == "10:b4AQIDBA==")
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func scriptsHoldNoBinaryData(mode: TestMode) async throws {
    let engine = echoServer {
      $0.allowEIO3 = true
      $0.allowJSONP = true
    }
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3()
      let post = try await client.post(
        session + "&j=0", "d=10%3Ab4AQIDBA%3D%3D",
        headerFields: [.contentType: "application/x-www-form-urlencoded"])
      #expect(post.text == "ok")
      let poll = try await client.get(session + "&j=0")
      #expect(poll.text.contains(#"___eio[0]("10:b4AQIDBA==");"#))
    }
  }

  // MARK: Ends

  @Test func graceIsTheClientsToo() async throws {
    let clock = ManualClock()
    let engine = echoServer(clock: clock) {
      $0.allowEIO3 = true
      $0.hurry()
      $0.pingIntervalGrace = .milliseconds(100)
    }
    try await EngineIOApp(engine).test(.inProcess) { client in
      let session = try await client.openVersion3()
      clock.jump(by: .milliseconds(599))
      #expect(try await client.post(session, "1:2").text == "ok")
      #expect(try await client.get(session).text == "1:3")
    }
  }

  @Test(arguments: TestMode.allCases)
  func clientPingsAndTheServerAnswers(mode: TestMode) async throws {
    let clock = ManualClock()
    try await EngineIOApp(engine(clock: clock)).test(mode) { client in
      let session = try await client.openVersion3()
      for _ in 0..<3 {
        clock.jump(by: .milliseconds(300))
        #expect(try await client.post(session, "1:2").text == "ok")
        #expect(try await client.get(session).text == "1:3")
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func clientThatDoesNotPingIsGoneAtIntervalPlusTimeout(mode: TestMode) async throws {
    let clock = ManualClock()
    let log = Log()
    let engine = engine(clock: clock)
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3()
      clock.jump(by: .milliseconds(499))
      #expect(engine.sessions.count == 1)
      clock.jump(by: .milliseconds(1))
      #expect(try await client.get(session).status == .badRequest)
      #expect(await log.lines(1) == ["ping timeout"])
    }
  }

  @Test(
    arguments: TestMode.allCases,
    [
      ("4hello", "parse error"), ("", "parse error"), ("9:4a", "parse error"),
      ("1:3", "protocol violation"),
    ])
  func whatEndsASession(mode: TestMode, fault: (payload: String, reason: String)) async throws {
    let log = Log()
    let engine = engine()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3()
      #expect(try await client.post(session, fault.payload).status == .badRequest)
      #expect(await log.lines(1) == [fault.reason])
      #expect(try await client.get(session).status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func closesAreFramed(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openVersion3()
      let first = Task { try await client.get(session) }
      await eventually { engine.sessions.first?.hasParkedPoll == true }
      #expect(try await client.get(session + "&t=burst").status == .badRequest)
      #expect(try await first.value.text == "1:1")
    }
  }

  @Test(arguments: TestMode.allCases)
  func binaryFramesOfAnotherTypeEndTheSession(mode: TestMode) async throws {
    try await EngineIOApp(engine()).test(mode) { client in
      try await client.webSocket("/engine.io/?EIO=3&transport=websocket") { socket in
        _ = try await socket.receive()
        try await socket.send(.binary(ByteBuffer(bytes: [3, 1])))
        #expect(try await socket.receive() == nil)
      }
    }
  }
}

extension TestClient {
  /// Opens a polling session of version 3.
  ///
  /// - Returns: the target of its requests.
  fileprivate func openVersion3(_ query: String = "t=1") async throws -> String {
    let response = try await get("/engine.io/?EIO=3&transport=polling&\(query)")
    guard
      case .open(let json) = try PayloadDecoderV3.decode(response.body, isBinary: false).first
    else { throw CancellationError() }
    return try "/engine.io/?EIO=3&transport=polling&sid=" + Handshake(json: json).sid
  }
}
