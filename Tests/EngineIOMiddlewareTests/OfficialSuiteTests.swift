// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

/// What the protocol's own test suite asserts of a server, in process and over sockets.
@Suite(.timeLimit(.minutes(1))) struct OfficialSuiteTests {
  // MARK: Handshake

  @Test(arguments: TestMode.allCases)
  func pollingOpensASession(mode: TestMode) async throws {
    try await hurriedApp().test(mode) { client in
      let response = try await client.get("/engine.io/?EIO=4&transport=polling")
      #expect(response.status == .ok)
      try checkHandshake(response.text, upgrades: #"["websocket"]"#)
    }
  }

  @Test(
    arguments: TestMode.allCases,
    [
      "transport=polling", "EIO=abc&transport=polling", "EIO=4", "EIO=4&transport=abc",
    ])
  func pollingRefusesABadHandshake(mode: TestMode, query: String) async throws {
    try await app().test(mode) { client in
      let response = try await client.get("/engine.io/?" + query)
      #expect(response.status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingRefusesABadMethod(mode: TestMode) async throws {
    try await app().test(mode) { client in
      for method in [HTTPRequest.Method.post, .put] {
        let response = try await client.send(method, "/engine.io/?EIO=4&transport=polling")
        #expect(response.status == .badRequest)
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func webSocketOpensASession(mode: TestMode) async throws {
    try await hurriedApp().test(mode) { client in
      try await client.webSocket("/engine.io/?EIO=4&transport=websocket") { socket in
        guard case .text(let open) = try await socket.receive() else {
          Issue.record("no text")
          return
        }
        try checkHandshake(open, upgrades: "[]")
      }
    }
  }

  @Test(
    arguments: TestMode.allCases,
    ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"])
  func webSocketRefusesABadHandshake(mode: TestMode, query: String) async throws {
    try await app().test(mode) { client in
      do {
        try await client.webSocket("/engine.io/?" + query) { _ in }
        Issue.record("accepted")
      } catch let refused as WebSocketRefused {
        #expect(refused.response.status == .badRequest)
        #expect(refused.response.text.hasPrefix(#"{"code":"#))
      }
    }
  }

  // MARK: Messages

  @Test(
    arguments: TestMode.allCases,
    ["4hello", "4test1\u{1e}4test2\u{1e}4test3", "4hello\u{1e}bAQIDBA=="])
  func pollingEchoesPayloads(mode: TestMode, payload: String) async throws {
    try await app().test(mode) { client in
      let session = try await client.openSession()
      let post = try await client.post(session, payload)
      #expect(post.status == .ok)
      #expect(post.text == "ok")
      let poll = try await client.get(session)
      #expect(poll.status == .ok)
      #expect(poll.text == payload)
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingClosesOnAnInvalidPacket(mode: TestMode) async throws {
    try await app().test(mode) { client in
      let session = try await client.openSession()
      let post = try await client.post(session, "abc")
      #expect(post.status == .badRequest)
      let poll = try await client.get(session)
      #expect(poll.status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingClosesOnADuplicatePoll(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openSession()
      let first = Task { try await client.get(session) }
      await eventually { engine.sessions.first?.hasParkedPoll == true }
      let second = try await client.get(session + "&t=burst")
      #expect(second.status == .badRequest)
      let response = try await first.value
      #expect(response.status == .ok)
      #expect(response.text == "1")
      let third = try await client.get(session)
      #expect(third.status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func webSocketEchoes(mode: TestMode) async throws {
    try await app().test(mode) { client in
      try await client.withSocket { socket in
        try await socket.send("4hello")
        try await socket.expect(.text("4hello"))
        let bytes = ByteBuffer(bytes: [1, 2, 3, 4])
        try await socket.send(.binary(bytes))
        try await socket.expect(.binary(bytes))
      }
    }
  }

  @Test(arguments: TestMode.allCases, ["abc", "1"])
  func webSocketClosesOn(mode: TestMode, frame: String) async throws {
    try await app().test(mode) { client in
      try await client.withSocket { socket in
        try await socket.send(frame)
        try await socket.expect(nil)
      }
    }
  }

  // MARK: Heartbeat

  @Test(arguments: TestMode.allCases)
  func pollingHeartbeat(mode: TestMode) async throws {
    let clock = ManualClock()
    try await hurriedApp(clock: clock).test(mode) { client in
      let session = try await client.openSession()
      for _ in 0..<3 {
        async let poll = client.get(session)
        clock.jump(by: .milliseconds(300))
        #expect(try await poll.status == .ok)
        #expect(try await poll.text == "2")
        let post = try await client.post(session, "3")
        #expect(post.status == .ok)
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingTimesOut(mode: TestMode) async throws {
    let clock = ManualClock()
    let engine = echoServer(clock: clock) { $0.hurry() }
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openSession()
      await clock.advanceToNextDeadline()
      await clock.advanceToNextDeadline()
      #expect(clock.now.offset == .milliseconds(500))
      let poll = try await client.get(session)
      #expect(poll.status == .badRequest)
    }
  }

  @Test(arguments: TestMode.allCases)
  func webSocketHeartbeat(mode: TestMode) async throws {
    let clock = ManualClock()
    try await hurriedApp(clock: clock).test(mode) { client in
      try await client.withSocket { socket in
        for _ in 0..<3 {
          clock.jump(by: .milliseconds(300))
          try await socket.expect(.text("2"))
          try await socket.send("3")
          // The echo says that the pong has arrived, too.
          try await socket.send("4hello")
          try await socket.expect(.text("4hello"))
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func webSocketTimesOut(mode: TestMode) async throws {
    let clock = ManualClock()
    try await hurriedApp(clock: clock).test(mode) { client in
      try await client.withSocket { socket in
        clock.jump(by: .milliseconds(300))
        try await socket.expect(.text("2"))
        clock.jump(by: .milliseconds(200))
        try await socket.expect(nil)
      }
    }
  }

  // MARK: Close

  @Test(arguments: TestMode.allCases)
  func pollingCloses(mode: TestMode) async throws {
    try await app().test(mode) { client in
      for _ in 0..<20 {
        let session = try await client.openSession()
        async let poll = client.get(session)
        async let post = client.post(session, "1")
        let (pollResponse, postResponse) = try await (poll, post)
        #expect(pollResponse.status == .ok)
        #expect(pollResponse.text == "6")
        #expect(postResponse.status == .ok)
        let late = try await client.get(session)
        #expect(late.status == .badRequest)
      }
    }
  }

  // MARK: Upgrade

  @Test(arguments: TestMode.allCases)
  func upgrade(mode: TestMode) async throws {
    try await app().test(mode) { client in
      let session = try await client.openSession()
      try await client.webSocket(session.upgrade) { socket in
        try await socket.send("2probe")
        try await socket.expect(.text("3probe"))
        let poll = try await client.get(session)
        #expect(poll.status == .ok)
        #expect(poll.text == "6")
        try await socket.send("5")
        try await socket.send("4hello")
        try await socket.expect(.text("4hello"))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingIsIgnoredAfterTheUpgrade(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openSession()
      try await client.webSocket(session.upgrade) { socket in
        try await socket.send("2probe")
        try await socket.send("5")
        await eventually { engine.sessions.first?.transport == .websocket }
        let poll = try await client.get(session)
        #expect(poll.status == .badRequest)
        try await socket.expect(.text("3probe"))
        try await socket.send("4hello")
        try await socket.expect(.text("4hello"))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func secondWebSocketIsClosedAfterTheUpgrade(mode: TestMode) async throws {
    let engine = engine()
    try await EngineIOApp(engine).test(mode) { client in
      let session = try await client.openSession()
      try await client.webSocket(session.upgrade) { socket in
        try await socket.send("2probe")
        try await socket.send("5")
        await eventually { engine.sessions.first?.transport == .websocket }
        try await client.webSocket(session.upgrade) { second in
          try await second.expect(nil)
        }
        try await socket.expect(.text("3probe"))
        try await socket.send("4hello")
        try await socket.expect(.text("4hello"))
      }
    }
  }

  // MARK: Helpers

  private func engine() -> EngineIOServer {
    echoServer { $0.allowedOrigins = .any }
  }

  private func app() -> EngineIOApp { EngineIOApp(engine()) }

  private func hurriedApp(clock: some Clock<Duration> = ContinuousClock()) -> EngineIOApp {
    EngineIOApp(
      echoServer(clock: clock) {
        $0.allowedOrigins = .any
        $0.hurry()
      })
  }

  /// Exactly the five keys, with the values of the suite.
  private func checkHandshake(_ open: String, upgrades: String) throws {
    let handshake = try Handshake(json: String(open.dropFirst()))
    let expected =
      #"0{"sid":"\#(handshake.sid)","upgrades":\#(upgrades),"pingInterval":300,"#
      + #""pingTimeout":200,"maxPayload":1000000}"#
    #expect(open == expected)
    #expect(!handshake.sid.isEmpty)
  }
}

extension TestClient {
  /// Opens a polling session.
  ///
  /// - Returns: the target of its requests.
  func openSession() async throws -> String {
    let response = try await get("/engine.io/?EIO=4&transport=polling")
    let sid = try Handshake(json: String(response.text.dropFirst())).sid
    return "/engine.io/?EIO=4&transport=polling&sid=" + sid
  }

  /// Opens a session by WebSocket and takes its open packet.
  func withSocket(_ body: @Sendable (WebSocket) async throws -> Void) async throws {
    try await webSocket("/engine.io/?EIO=4&transport=websocket") { socket in
      _ = try await socket.receive()
      try await body(socket)
    }
  }
}

extension WebSocket {
  /// Takes the next message, or the end, and checks it.
  fileprivate func expect(
    _ expected: WebSocketMessage?, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let message = try await receive()
    #expect(message == expected, sourceLocation: sourceLocation)
  }
}

extension String {
  /// The target of the WebSocket that upgrades the session.
  fileprivate var upgrade: String {
    "/engine.io/?EIO=4&transport=websocket&sid=" + (split(separator: "=").last ?? "")
  }
}
