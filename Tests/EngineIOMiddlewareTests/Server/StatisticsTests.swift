// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct StatisticsTests {
  /// What was counted apart from open packets, whose length is that of the handshake.
  private func traffic(_ engine: EngineIOServer) -> [Int] {
    let statistics = engine.statistics
    return [
      statistics.packetsReceived, statistics.messagesReceived, statistics.bytesReceived,
      statistics.packetsSent, statistics.messagesSent,
    ]
  }

  @Test func everyWayInAndOut() async throws {
    let engine = echoServer()
    try await serve(engine) { client in
      // Polling: a payload, a queue, a parked poll.
      let sid = try await client.connect()
      let session = try client.session(sid)
      #expect(traffic(engine) == [0, 0, 0, 1, 0])
      _ = try await client.post(sid, "4abc\u{1e}bAQI=")
      #expect(traffic(engine) == [2, 2, 7, 1, 0])
      let before = engine.statistics.bytesSent
      _ = try await client.poll(sid)
      #expect(traffic(engine) == [2, 2, 7, 3, 2])
      #expect(engine.statistics.bytesSent == before + 7)
      let poll = try await client.park(sid)
      session.sendVolatile("x")
      _ = try await poll.value
      #expect(traffic(engine) == [2, 2, 7, 4, 3])

      // WebSocket, one by one, in a group and volatile.
      let (socket, _) = try await client.connectWebSocket()
      socket.send("4abc")
      #expect(await socket.text() == "4abc")
      #expect(traffic(engine) == [3, 3, 11, 6, 4])
      let other = try #require(engine.sessions.first { $0.transport == .websocket })
      try await other.send(contentsOf: ["a", "b"])
      other.sendVolatile("c")
      #expect(traffic(engine) == [3, 3, 11, 8 + 1, 7])
      socket.setStalled(true)
      other.sendVolatile("dropped")
      #expect(throws: EngineIOSendError.bufferFull) { try other.offer("refused") }
      #expect(throws: EngineIOSendError.bufferFull) { try other.offer(contentsOf: ["refused"]) }
      #expect(traffic(engine) == [3, 3, 11, 9, 7])
      socket.setStalled(false)

      // Upgrade: a probe and its answer, and what waited for it.
      try await session.send("queued")
      #expect(traffic(engine) == [3, 3, 11, 9, 7])
      let upgrade = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      upgrade.send("2probe")
      #expect(await upgrade.text() == "3probe")
      upgrade.send("5")
      #expect(await upgrade.text() == "4queued")
      #expect(traffic(engine) == [5, 3, 18, 11, 8])
      #expect(engine.statistics.upgrades == 1)
      #expect(engine.broadcast("all") == 2)
      #expect(traffic(engine) == [5, 3, 18, 13, 10])
    }
    // The sessions are gone, what they counted is not.
    #expect(traffic(engine) == [5, 3, 18, 13, 10])
    #expect(engine.statistics.upgrades == 1)
  }

  @Test func sessionsByTransportAndByReason() async throws {
    let engine = echoServer()
    engine.onConnect { _, request in
      if request.query?.contains("reject") == true { throw ConnectionRejected() }
    }
    try await serve(engine) { client in
      _ = try await client.get("EIO=4&transport=polling&reject")
      #expect(engine.statistics == EngineIOStatistics())
      let sid = try await client.connect()
      let (socket, _) = try await client.connectWebSocket()
      let (upgraded, _) = try await client.connectAndUpgrade()
      _ = try await client.connect()
      #expect(engine.statistics.openSessions == [.polling: 2, .websocket: 2])
      #expect(engine.statistics.sessionsOpened == 4)
      #expect(engine.statistics.sessionsEnded.isEmpty)
      _ = try await client.post(sid, "1")
      socket.close()
      upgraded.fail(.connectionLost)
      await eventually { engine.sessionCount == 1 }
      #expect(engine.statistics.openSessions == [.polling: 1, .websocket: 0])
      #expect(
        engine.statistics.sessionsEnded == [
          .clientClose: 1, .transportClose: 1, .transportError: 1,
        ])
    }
    #expect(engine.statistics.openSessions == [.polling: 0, .websocket: 0])
    #expect(engine.statistics.sessionsEnded[.serverShutdown] == 1)
    #expect(engine.statistics.sessionsOpened == 4)
  }

  @Test func heartbeatCounts() async throws {
    let clock = ManualClock()
    let engine = echoServer(clock: clock) { $0.hurry() }
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      await clock.advanceToNextDeadline()
      #expect(await socket.text() == "2")
      socket.send("3")
      await eventually { engine.statistics.packetsReceived == 1 }
      #expect(traffic(engine) == [1, 0, 1, 2, 0])
    }
  }
}
