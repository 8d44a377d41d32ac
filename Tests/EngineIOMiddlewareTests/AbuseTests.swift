// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

/// What a client may do that means no good: each has its exact answer, ends at most the session it is
/// done to, and leaves the others alone.
@Suite(.timeLimit(.minutes(2))) struct AbuseTests {
  private static let query = "/?EIO=4&transport=polling"

  /// A post that must end its session.
  struct Abuse: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var payload: ByteBuffer
    var status: Int
    var message: String
    var reason: DisconnectReason

    static let posts = [
      Abuse(
        testDescription: "maxPayload plus one byte",
        payload: ByteBuffer(repeating: 0x34, count: 100_001), status: 413,
        message: "Payload too large", reason: .payloadTooLarge),
      Abuse(
        testDescription: "a million packets, more bytes than the limit",
        payload: ByteBuffer(string: String(repeating: "4\u{1e}", count: 1_000_000)), status: 413,
        message: "Payload too large", reason: .payloadTooLarge),
      Abuse(
        testDescription: "as many packets as the limit of bytes allows",
        payload: ByteBuffer(string: String(repeating: "4\u{1e}", count: 50_000)), status: 400,
        message: "more than 10000 packets in one payload", reason: .tooManyPackets),
      Abuse(
        testDescription: "base64 garbage", payload: ByteBuffer(string: "bAQ!=\u{1e}4a"),
        status: 400,
        message: "packet 0: binary data is not base64", reason: .parseError),
      Abuse(
        testDescription: "base64 of an impossible length", payload: ByteBuffer(string: "bAQIDB"),
        status: 400, message: "packet 0: binary data is not base64", reason: .parseError),
      Abuse(
        testDescription: "invalid UTF-8", payload: ByteBuffer(bytes: [0x34, 0x61, 0xc0, 0xaf]),
        status: 400, message: "packet 0: text is not UTF-8", reason: .parseError),
      Abuse(
        testDescription: "nothing but separators",
        payload: ByteBuffer(repeating: 0x1e, count: 100_000), status: 400,
        message: "packet 0: empty packet", reason: .parseError),
      Abuse(
        testDescription: "an unknown packet", payload: ByteBuffer(string: "4a\u{1e}\u{7f}"),
        status: 400, message: "packet 1: unknown packet type 0x7f", reason: .parseError),
      Abuse(
        testDescription: "a packet that only servers send", payload: ByteBuffer(string: "2"),
        status: 400, message: "Bad request", reason: .protocolViolation),
    ]
  }

  /// A server that echoes, notes the ends of sessions and how much waits for its handlers.
  private func engine(_ ends: Log) -> EngineIOServer {
    let engine = EngineIOServer(.init(maxPayload: 100_000, receiveBufferMessages: 16))
    engine.onMessage { session, message in
      let waiting = session.state.withLock { $0.mailbox.count }
      if waiting > 16 { ends("\(waiting) messages wait") }
      session.sendVolatile(message)
    }
    engine.onDisconnect { _, reason in ends(reason.rawValue) }
    return engine
  }

  @Test(arguments: Abuse.posts, TestMode.allCases)
  func post(abuse: Abuse, mode: TestMode) async throws {
    let ends = Log()
    let engine = engine(ends)
    try await engine.test(mode) { client in
      try await withBystander(client) { client in
        let sid = try await sid(client)
        let answer = try await client.send(
          .post, "\(Self.query)&sid=\(sid)", body: abuse.payload)
        #expect(answer.status.code == abuse.status)
        #expect(answer.text == #"{"code":3,"message":"\#(abuse.message)"}"#)
        #expect(await ends.lines(1) == [abuse.reason.rawValue])
        let gone = try await client.get("\(Self.query)&sid=\(sid)")
        #expect(gone.text == #"{"code":1,"message":"Session ID unknown"}"#)
        #expect(engine.sessionCount == 1)
      }
    }
  }

  @Test(arguments: TestMode.allCases) func twoPollsAtOnce(mode: TestMode) async throws {
    let ends = Log()
    let engine = engine(ends)
    try await engine.test(mode) { client in
      try await withBystander(client) { client in
        let target = "\(Self.query)&sid=\(try await sid(client))"
        // Which of them comes first is not for the test to say.
        async let first = client.get(target)
        async let second = client.get(target)
        let answers = try await [first, second].sorted { $0.status.code < $1.status.code }
        #expect(answers.map(\.text) == ["1", #"{"code":3,"message":"Bad request"}"#])
        #expect(await ends.lines(1) == ["overlapping requests"])
      }
    }
  }

  @Test func endlessPost() async throws {
    let ends = Log()
    let engine = engine(ends)
    try await serve(engine) { client in
      let sid = try await client.connect()
      let endless = EndlessBody()
      let answer = try await client.send(
        client.request(
          .post, "EIO=4&transport=polling&sid=\(sid)",
          body: RequestBody(source: endless, length: nil)))
      #expect(answer.status == 413)
      #expect(answer.body == #"{"code":3,"message":"Payload too large"}"#)
      // As far as the limit and not much further, and none of it delivered.
      #expect(endless.bytesRead <= 100_000 + EndlessBody.chunk)
      #expect(engine.statistics.messagesReceived == 0)
      #expect(await ends.lines(1) == ["payload too large"])
    }
  }

  @Test(arguments: TestMode.allCases) func guessedSessionIDs(mode: TestMode) async throws {
    let engine = EngineIOServer()
    try await engine.test(mode) { client in
      try await withBystander(client) { client in
        let tooLong = String(repeating: "a", count: 5_000)
        let guesses = ["x", "..", "%00", "%ff", "AAAAAAAAAAAAAAAAAAAA", tooLong]
        for guess in guesses + (0..<100).map({ _ in SessionID.random(tag: nil).rawValue }) {
          let target = "\(Self.query)&sid=\(guess)"
          let answers = [
            try await client.get(target), try await client.post(target, "4a"),
          ]
          let unknown = #"{"code":1,"message":"Session ID unknown"}"#
          #expect(answers.map(\.text) == [unknown, unknown])
        }
        let refused = await #expect(throws: WebSocketRefused.self) {
          try await client.webSocket("/?EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA") { _ in
          }
        }
        #expect(refused?.response.status == .badRequest)
        #expect(engine.statistics.sessionsOpened == 1)
        #expect(engine.statistics.messagesReceived == 0)
      }
    }
  }

  @Test(arguments: TestMode.allCases) func foreignOrigins(mode: TestMode) async throws {
    let engine = EngineIOServer()
    try await engine.test(mode) { client in
      try await withBystander(client) { client in
        let sid = try await sid(client)
        let foreign: HTTPFields = [.origin: "https://elsewhere.example"]
        let answers = [
          try await client.get(Self.query, headerFields: foreign),
          try await client.get("\(Self.query)&sid=\(sid)", headerFields: foreign),
          try await client.post("\(Self.query)&sid=\(sid)", "4a", headerFields: foreign),
        ]
        for answer in answers {
          #expect(answer.status == .badRequest)
          #expect(answer.text == #"{"code":3,"message":"Origin not allowed"}"#)
          #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
        }
        for target in ["", "&sid=\(sid)"] {
          await #expect(throws: WebSocketRefused.self) {
            try await client.webSocket(
              "/?EIO=4&transport=websocket\(target)", headerFields: foreign
            ) { _ in }
          }
        }
        #expect(engine.statistics.sessionsOpened == 2)
        #expect(engine.statistics.messagesReceived == 0)
        #expect(engine.sessionCount == 2)
      }
    }
  }

  @Test(arguments: TestMode.allCases) func secondWebSocket(mode: TestMode) async throws {
    let ends = Log()
    let engine = engine(ends)
    try await engine.test(mode) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        guard case .text(let open) = try await socket.receive() else { return }
        let sid = try Handshake(json: String(open.dropFirst())).sid
        for _ in 0..<20 {
          try await client.webSocket("/?EIO=4&transport=websocket&sid=\(sid)") { second in
            let message = try await second.receive()
            #expect(message == nil)
            #expect(second.closure?.code == .policyViolation)
          }
        }
        try await socket.send("4still here")
        let echo = try await socket.receive()
        #expect(echo == .text("4still here"))
        #expect(engine.sessionCount == 1)
        #expect(ends.lines.isEmpty)
      }
    }
  }

  /// Two clients take nothing, one by polling and one by WebSocket, while the server sends to all.
  @Test func consumerThatNeverReads() async throws {
    let ends = Log()
    let engine = EngineIOServer(.init(sendBufferBytes: 50_000, sendBufferMessages: 100))
    engine.onDisconnect { _, reason in ends(reason.rawValue) }
    try await serve(engine) { client in
      let polling = try client.session(try await client.connect())
      let (stalled, sid) = try await client.connectWebSocket()
      let (reader, _) = try await client.connectWebSocket()
      stalled.setStalled(true)
      var held = 0
      for number in 0..<1_000 {
        engine.broadcast(.text("\(number)"))
        held = max(held, polling.bufferedMessages)
        #expect(await reader.text() == "4\(number)")
      }
      #expect(await ends.lines(2) == ["send buffer full", "send buffer full"])
      #expect(held == 101)
      #expect(polling.bufferedBytes == 0)
      #expect(SessionID(rawValue: sid).flatMap { engine.session(id: $0) } == nil)
      #expect(stalled.closure?.code == .policyViolation)
      #expect(engine.sessionCount == 1)
    }
  }

  /// Handshakes that nobody follows up: all of them are gone at interval plus timeout, to the moment.
  @Test func abandonedHandshakes() async throws {
    let count = 10_000
    let clock = ManualClock()
    let engine = EngineIOServer(clock: clock)
    try await serve(engine) { client in
      for number in 0..<count {
        if number.isMultiple(of: 2) {
          #expect(try await client.get("EIO=4&transport=polling").status == 200)
        } else {
          // A WebSocket that never comes: the host went away between the answer and its handler.
          _ = try await client.respond(
            to: client.request(.get, "EIO=4&transport=websocket", isWebSocketUpgrade: true))
        }
      }
      clock.jump(by: .seconds(25))
      // Every one of them has been pinged.
      await eventually { engine.sessions.allSatisfy { $0.nextDeadline == .seconds(20) } }
      clock.jump(by: .seconds(20) - .nanoseconds(1))
      #expect(engine.sessionCount == count)
      // One more, to see that it is not swept away with them.
      let sid = try await client.connect()
      clock.jump(by: .nanoseconds(1))
      await eventually { engine.sessionCount == 1 }
      #expect(engine.statistics.sessionsEnded == [.pingTimeout: count])
      await eventually { engine.state.withLock { $0.sessions.count == 1 } }
      #expect(try client.session(sid).isOpen)
    }
    #expect(engine.timers.isEmpty)
  }

  // MARK: Clients

  private func sid(_ client: TestClient) async throws -> String {
    let open = try await client.get(Self.query).text
    return try Handshake(json: String(open.dropFirst())).sid
  }

  /// Has another session open meanwhile, and sees that it still works.
  private func withBystander(
    _ client: TestClient, _ body: @escaping @Sendable (TestClient) async throws -> Void
  ) async throws {
    try await client.webSocket("/?EIO=4&transport=websocket") { socket in
      _ = try await socket.receive()
      try await body(client)
      try await socket.send("1")
      let message = try await socket.receive()
      #expect(message == nil)
      #expect(socket.closure?.code == .normalClosure)
    }
  }

  @Test func pingsWhoseAnswersNobodyReads() async throws {
    let engine = EngineIOServer(.init(allowEIO3: true))
    let messages = Log()
    engine.onMessage { _, message in messages("\(message)") }
    try await serve(engine) { client in
      let socket = try await client.webSocket("EIO=3&transport=websocket")
      #expect(await socket.text()?.first == "0")
      socket.setStalled(true)
      for _ in 0..<100 { socket.send("2") }
      socket.send("4seen")
      #expect(await messages.lines(1).count == 1)
      socket.setStalled(false)
      socket.send("2")
      #expect(await socket.text() == "3")
      socket.close()
      #expect(await socket.next() == nil)
    }
  }
}

/// A body that has always more.
private final class EndlessBody: RequestBodySource {
  static let chunk = 10_000
  private let read = Mutex(0)

  var bytesRead: Int { read.withLock { $0 } }

  func next() async throws(RequestBodyError) -> ByteBuffer? {
    read.withLock { $0 += Self.chunk }
    return ByteBuffer(repeating: 0x34, count: Self.chunk)
  }

  var trailerFields: HTTPFields? { nil }
}
