// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct PollingSessionTests {
  @Test(arguments: Place.allCases)
  func echoIsReadyWhenThePostIsAcknowledged(place: Place) async throws {
    try await serve(echoServer(), in: place) { client in
      let sid = try await client.connect()
      for payload in [
        "4hello", "4test1\u{1e}4test2\u{1e}4test3", "4hello\u{1e}bAQIDBA==", "4", "b",
      ] {
        let acknowledgement = try await client.post(sid, payload)
        #expect(acknowledgement.status == 200)
        #expect(acknowledgement.body == "ok")
        #expect(acknowledgement.headerFields[.contentType] == "text/plain; charset=UTF-8")
        let answer = try await client.poll(sid)
        #expect(answer.status == 200)
        #expect(answer.body == payload)
      }
    }
  }

  @Test(arguments: Place.allCases)
  func parkedPollIsAnsweredByASend(place: Place) async throws {
    try await serve(EngineIOServer(), in: place) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      let session = try client.session(sid)
      try await session.send("one")
      try await session.send("two")
      #expect(try await poll.value.body == "4one")
      #expect(try await client.poll(sid).body == "4two")
    }
  }

  @Test(arguments: ["abc", "", "7", "4a\u{1e}", "b???", "4a\u{1e}\u{1e}4b"])
  func unreadablePayload(payload: String) async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let other = try await client.connect()
      let sid = try await client.connect()
      let answer = try await client.post(sid, payload)
      #expect(answer.status == 400)
      #expect(answer.body.hasPrefix(#"{"code":3,"message":"packet "#))
      #expect(await log.lines(1) == ["parse error"])
      #expect(try await client.poll(sid).status == 400)
      #expect(try await client.post(other, "4x").status == 200)
      #expect(try await client.poll(other).body == "4x")
    }
  }

  @Test func packetsBeforeTheFaultAreDelivered() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { _, message in log("\(message)") }
    engine.onDisconnect { _, _ in log("end") }
    try await serve(engine) { client in
      let sid = try await client.connect()
      #expect(try await client.post(sid, "4a\u{1e}4b\u{1e}x\u{1e}4c").status == 400)
      #expect(await log.lines(3) == [#"text("a")"#, #"text("b")"#, "end"])
    }
  }

  @Test func textMustBeUTF8() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let request = client.request(
        .post, "EIO=4&transport=polling&sid=\(sid)",
        body: RequestBody(ByteBuffer(bytes: [0x34, 0xff])))
      #expect(try await client.send(request).status == 400)
      #expect(try await client.poll(sid).status == 400)
    }
  }

  @Test func payloadOfExactlyTheLimit() async throws {
    try await serve(echoServer { $0.maxPayload = 100 }) { client in
      let sid = try await client.connect()
      let payload = "4" + String(repeating: "x", count: 99)
      #expect(try await client.post(sid, payload).status == 200)
      #expect(try await client.poll(sid).body == payload)
    }
  }

  @Test func payloadAboveTheLimit() async throws {
    let log = Log()
    let engine = echoServer { $0.maxPayload = 100 }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      let answer = try await client.post(sid, "4" + String(repeating: "x", count: 100))
      #expect(answer.status == 413)
      #expect(answer.body == #"{"code":3,"message":"Payload too large"}"#)
      #expect(try await poll.value.body == "1")
      #expect(await log.lines(1) == ["payload too large"])
      #expect(try await client.poll(sid).status == 400)
    }
  }

  @Test func tooManyPackets() async throws {
    let log = Log()
    let engine = echoServer { $0.maxPacketsPerPayload = 2 }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      #expect(try await client.post(sid, "4\u{1e}4").status == 200)
      #expect(try await client.post(sid, "4\u{1e}4\u{1e}4").status == 400)
      #expect(await log.lines(1) == ["too many packets"])
    }
  }

  @Test func secondPollEndsTheSession() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let first = try await client.park(sid)
      let second = try await client.poll(sid)
      #expect(second.status == 400)
      #expect(second.body == #"{"code":3,"message":"Bad request"}"#)
      let answer = try await first.value
      #expect(answer.status == 200)
      #expect(answer.body == "1")
      #expect(try await client.poll(sid).status == 400)
      #expect(await log.lines(1) == ["overlapping requests"])
    }
  }

  @Test func pollWhosePingIsDueIsAnsweredWhenAnotherOneOverlaps() async throws {
    let clock = ManualClock()
    let log = Log()
    try await serve(EngineIOServer(clock: clock), in: .eventLoop) { client in
      let session = try client.session(try await client.connect())
      let executor = client.executor
      Task.immediate(executorPreference: executor) { log("\(try await session.poll())") }
      #expect(session.hasParkedPoll)
      await clock.jumpUnnoticed(by: .seconds(25))
      Task.immediate(executorPreference: executor) { log("\(try await session.poll())") }
      #expect(session.hasParkedPoll)
      try session.offer("a")
      // Behind the polls, on an executor that runs what is ready in order.
      await withTaskExecutorPreference(executor) {
        #expect(log.lines == ["\([Packet.ping("")])", "\([Packet.message("a")])"])
      }
    }
  }

  /// The end of a probe runs foreign code between the parking of a poll and its wait.
  @Test func pollAnsweredBeforeItWaitsKeepsItsAnswerWhenAnotherOneComes() async throws {
    let clock = ManualClock()
    let log = Log()
    try await serve(EngineIOServer(clock: clock), in: .eventLoop) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let executor = client.executor
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      await eventually { session.isUpgrading }
      socket.onClose {
        try? session.offer("a")
        Task.immediate(executorPreference: executor) { log("second \(try await session.poll())") }
        log("meanwhile")
      }
      await clock.jumpUnnoticed(by: .seconds(10))
      Task.immediate(executorPreference: executor) {
        do {
          log("first \(try await session.poll())")
        } catch {
          log("first \(error)")
        }
      }
      try session.offer("b")
      await withTaskExecutorPreference(executor) {
        #expect(
          log.lines
            == [
              "meanwhile", "first \([Packet.message("a")])", "second \([Packet.message("b")])",
            ])
      }
    }
  }

  @Test func secondPostEndsTheSession() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let body = GatedBody("4late")
      let first = Task {
        try await client.send(
          client.request(
            .post, "transport=polling&sid=\(sid)", body: RequestBody(source: body, length: nil)))
      }
      await eventually { body.isBeingRead }
      #expect(try await client.post(sid, "4second").status == 400)
      #expect(await log.lines(1) == ["overlapping requests"])
      body.gate.open()
      #expect(try await first.value.status == 400)
    }
    #expect(log.lines.count == 1)
  }

  @Test func postThatBreaksOffDeliversNothing() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onMessage { _, _ in log("message") }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let body = GatedBody("4ha", failure: .connectionClosed)
      body.gate.open()
      await #expect(throws: RequestBodyError.connectionClosed) {
        try await client.send(
          client.request(
            .post, "transport=polling&sid=\(sid)", body: RequestBody(source: body, length: nil)))
      }
      #expect(await log.lines(1) == ["transport error"])
    }
  }

  @Test func clientClosesWithAPollParked() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      #expect(try await client.post(sid, "1\u{1e}4ignored").body == "ok")
      let answer = try await poll.value
      #expect(answer.status == 200)
      #expect(answer.body == "6")
      #expect(try await client.poll(sid).status == 400)
      #expect(await log.lines(1) == ["client close"])
    }
  }

  @Test func pollThatCrossesTheClientsCloseIsAnsweredOnce() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      #expect(try await client.post(sid, "1").body == "ok")
      #expect(try await client.poll(sid).body == "6")
      #expect(try await client.poll(sid).status == 400)
      await eventually { client.engine.hasNoSessions }
    }
  }

  @Test func serverClosesWithMessagesWaiting() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onDisconnect { session, reason in
      log(reason.rawValue)
      await #expect(throws: EngineIOSendError.closed) { try await session.send("late") }
    }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("a")
      try await session.send("b")
      session.disconnect()
      session.disconnect()
      #expect(!session.isOpen)
      #expect(await log.lines(1) == ["server close"])
      #expect(try await client.post(sid, "3").body == "ok")
      #expect(try await client.poll(sid).body == "4a\u{1e}4b\u{1e}1")
      #expect(try await client.poll(sid).status == 400)
      await eventually { client.engine.hasNoSessions }
    }
    #expect(log.lines.count == 1)
  }

  @Test func abandonedPollEndsTheSession() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      poll.cancel()
      await #expect(throws: CancellationError.self) { try await poll.value }
      #expect(await log.lines(1) == ["transport error"])
    }
  }

  @Test func abandonedPollCanBeForgiven() async throws {
    try await serve(echoServer { $0.endsSessionOnAbandonedPoll = false }) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      poll.cancel()
      await #expect(throws: CancellationError.self) { try await poll.value }
      #expect(try await client.post(sid, "4still here").status == 200)
      #expect(try await client.poll(sid).body == "4still here")
    }
  }

  @Test func clientMustNotPing() async throws {
    let log = Log()
    let engine = echoServer()
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      #expect(try await client.post(sid, "2").status == 400)
      #expect(await log.lines(1) == ["protocol violation"])
    }
  }

  @Test(arguments: ["PUT", "DELETE", "PATCH", "HEAD"])
  func otherMethods(method: String) async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      let answer = try await client.send(
        client.request(.init(method)!, "EIO=4&transport=polling&sid=\(sid)"))
      #expect(answer.status == 405)
      #expect(answer.headerFields[.allow] == "GET, POST, OPTIONS")
      #expect(try client.session(sid).isOpen)
    }
  }

  @Test func laterRequestsNeedNoVersion() async throws {
    try await serve(echoServer()) { client in
      let sid = try await client.connect()
      #expect(
        try await client.send(
          client.request(
            .post, "sid=\(sid)&transport=polling", body: RequestBody(ByteBuffer(string: "4a")))
        ).status == 200)
      #expect(try await client.get("EIO=3&sid=\(sid)&transport=polling").body == "4a")
    }
  }
}

/// A request body that arrives when the test says so.
final class GatedBody: RequestBodySource {
  let gate = Gate()
  private let text: String
  private let failure: RequestBodyError?
  private let progress = Log()

  init(_ text: String, failure: RequestBodyError? = nil) {
    self.text = text
    self.failure = failure
  }

  var isBeingRead: Bool { !progress.lines.isEmpty }

  func next() async throws(RequestBodyError) -> ByteBuffer? {
    progress("read")
    await gate.wait()
    switch progress.lines.count {
    case 1: return ByteBuffer(string: text)
    default:
      if let failure { throw failure }
      return nil
    }
  }

  var trailerFields: HTTPFields? { nil }
}
