// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct VolatileSendingTests {
  @Test func onPollingOnlyAParkedPollTakesOne() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      #expect(!session.sendVolatile("dropped"))
      #expect(session.bufferedMessages == 0)
      let poll = try await client.park(sid)
      #expect(!session.sendVolatile("a\u{1e}b"))
      #expect(session.sendVolatile("sent"))
      #expect(!session.sendVolatile("dropped"))
      #expect(try await poll.value.body == "4sent")
    }
  }

  @Test func onAWebSocketThereHasToBeRoom() async throws {
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      #expect(session.sendVolatile("1"))
      socket.setStalled(true)
      #expect(!session.sendVolatile("dropped"))
      socket.setStalled(false)
      #expect(session.sendVolatile("2"))
      for text in ["41", "42"] { #expect(await socket.text() == text) }
      socket.close()
      await eventually { !session.isOpen }
      #expect(!session.sendVolatile("dropped"))
    }
  }

  @Test func duringAnUpgradeOneIsDropped() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      #expect(!session.sendVolatile("dropped"))
      socket.send("5")
      await eventually { session.transport == .websocket }
      #expect(session.sendVolatile("sent"))
      #expect(await socket.text() == "4sent")
    }
  }

  @Test func withinConnectNothingLeavesAtOnce() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { session, _ in log("\(session.sendVolatile("dropped"))") }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(!answer.body.contains("dropped"))
      #expect(log.lines == ["false"])
    }
  }
}
