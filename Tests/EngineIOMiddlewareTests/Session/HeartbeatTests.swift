// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HeartbeatTests {
  @Test func pollingHeartbeat() async throws {
    let clock = ManualClock()
    try await serve(echoServer(clock: clock, { $0.hurry() })) { client in
      let sid = try await client.connect()
      for round in 0..<3 {
        let poll = try await client.park(sid)
        // The timer still stands at the end of the last timeout and finds nothing to do there.
        if round > 0 { await clock.advanceToNextDeadline() }
        await clock.advanceToNextDeadline()
        #expect(try await poll.value.body == "2")
        clock.jump(by: .milliseconds(10))
        #expect(try await client.post(sid, "3").status == 200)
        #expect(clock.now.offset == .milliseconds(310 * (round + 1)))
        // The next ping is due 300 ms after the pong.
        let session = try client.session(sid)
        #expect(session.nextDeadline == .milliseconds(300))
      }
    }
  }

  /// A grace is for clients only: pings and their time-out are as they are without.
  @Test(arguments: [
    (Duration.zero, 300), (.milliseconds(50), 350), (.microseconds(1), 301), (.seconds(2), 2300),
  ])
  func pingIntervalGrace(grace: Duration, milliseconds: Int) async throws {
    let clock = ManualClock()
    let engine = echoServer(clock: clock) {
      $0.hurry()
      $0.pingIntervalGrace = grace
    }
    try await serve(engine) { client in
      let open = try await client.get("EIO=4&transport=polling").body
      #expect(open.contains(#""pingInterval":\#(milliseconds),"pingTimeout":200,"#))
      let poll = try await client.park(try client.sid(open))
      await clock.advanceToNextDeadline()
      #expect(try await poll.value.body == "2")
      #expect(clock.now.offset == .milliseconds(300))
      await clock.advanceToNextDeadline()
      #expect(clock.now.offset == .milliseconds(500))
      await eventually { client.engine.sessions.isEmpty }
    }
  }

  @Test func webSocketHeartbeatAndItsTimeout() async throws {
    let clock = ManualClock()
    let log = Log()
    let engine = echoServer(clock: clock) { $0.hurry() }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      for _ in 0..<3 {
        await clock.advanceToNextDeadline()
        #expect(await socket.text() == "2")
        let session = try #require(client.engine.sessions.first)
        socket.send("3")
        await eventually { session.nextDeadline == .milliseconds(300) }
        // The timer still stands at the end of the timeout; it finds that there is nothing to do.
        await clock.advanceToNextDeadline()
      }
      await clock.advanceToNextDeadline()
      #expect(await socket.text() == "2")
      await clock.advanceToNextDeadline()
      #expect(await socket.next() == nil)
      #expect(await log.lines(1) == ["ping timeout"])
      await eventually { client.engine.hasNoSessions }
    }
    #expect(log.lines.count == 1)
  }

  @Test func timeoutOnPolling() async throws {
    let clock = ManualClock()
    let log = Log()
    let engine = echoServer(clock: clock) { $0.hurry() }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      await clock.advanceToNextDeadline()
      await clock.advanceToNextDeadline()
      #expect(clock.now.offset == .milliseconds(500))
      #expect(await log.lines(1) == ["ping timeout"])
      #expect(try await client.poll(sid).status == 400)
    }
  }

  /// 45 seconds of silence with the default settings.
  @Test func silence() async throws {
    let clock = ManualClock()
    let log = Log()
    let engine = EngineIOServer(clock: clock)
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let poll = try await client.park(sid)
      await clock.advanceToNextDeadline()
      #expect(clock.now.offset == .seconds(25))
      #expect(try await poll.value.body == "2")
      let second = try await client.park(sid)
      await clock.advanceToNextDeadline()
      #expect(clock.now.offset == .seconds(45))
      #expect(try await second.value.body == "1")
      #expect(await log.lines(1) == ["ping timeout"])
    }
  }

  @Test func leftoversOfAClosedSessionAreForgotten() async throws {
    let clock = ManualClock()
    let engine = EngineIOServer(clock: clock)
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("never fetched")
      clock.jump(by: .seconds(1))
      session.disconnect()
      #expect(!engine.hasNoSessions)
      // The ping that was due at 25 s, then the end of the wait at 31 s.
      await clock.advanceToNextDeadline()
      await clock.advanceToNextDeadline()
      await eventually { engine.hasNoSessions }
      #expect(clock.now.offset == .seconds(31))
      #expect(engine.timers.isEmpty)
    }
  }

  /// The same with the real clock, once: between 500 ms and 600 ms after the handshake.
  @Test func timeoutOnTheRealClock() async throws {
    let log = Log()
    let engine = echoServer { $0.hurry() }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let start = ContinuousClock.now
      let (socket, _) = try await client.connectWebSocket()
      #expect(await socket.text() == "2")
      let ping = ContinuousClock.now
      #expect(await socket.next() == nil)
      let end = ContinuousClock.now
      #expect(start.duration(to: ping) >= .milliseconds(300))
      #expect(start.duration(to: end) >= .milliseconds(500))
      #expect(await log.lines(1) == ["ping timeout"])
    }
  }
}

extension EngineIOSession {
  /// The time until the machine's next deadline.
  var nextDeadline: Duration? {
    let now = engine.time.now()
    return state.withLock { $0.machine.nextDeadline.map { now.duration(to: $0) } }
  }
}
