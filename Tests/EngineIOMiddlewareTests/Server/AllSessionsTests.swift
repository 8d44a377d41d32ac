// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct AllSessionsTests {
  @Test func countFollowsWhatIsOpen() async throws {
    let gate = Gate()
    let engine = EngineIOServer()
    engine.onConnect { _, request in
      if request.query?.contains("reject") == true { throw ConnectionRejected() }
    }
    engine.onDisconnect { _, _ in await gate.wait() }
    try await serve(engine) { client in
      #expect(engine.sessionCount == 0)
      #expect(try await client.get("EIO=4&transport=polling&reject").status == 401)
      #expect(engine.sessionCount == 0)
      let sid = try await client.connect()
      let (socket, _) = try await client.connectWebSocket()
      let (upgraded, _) = try await client.connectAndUpgrade()
      #expect(engine.sessionCount == 3)
      // A session is not open any more while its disconnect handler runs.
      socket.close()
      await eventually { engine.sessionCount == 2 }
      _ = try await client.post(sid, "1")
      #expect(engine.sessionCount == 1)
      upgraded.fail(.connectionLost)
      await eventually { engine.sessionCount == 0 }
      #expect(engine.sessions.isEmpty)
      #expect(!engine.hasNoSessions)
      gate.open()
    }
    #expect(engine.sessionCount == 0)
  }

  @Test func sessionsThatTheirConnectHandlerClosesAreCountedDown() async throws {
    let engine = EngineIOServer()
    engine.onConnect { session, _ in session.disconnect() }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body.hasSuffix("\u{1e}1"))
      let socket = try await client.webSocket("EIO=4&transport=websocket")
      while await socket.next() != nil {}
      await eventually { engine.hasNoSessions }
      #expect(engine.sessionCount == 0)
    }
  }

  @Test func disconnectAllClosesEverySession() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onDisconnect { session, reason in log("\(session.transport) \(reason)") }
    try await serve(engine) { client in
      let poll = try await client.park(try await client.connect())
      let waiting = try await client.connect()
      let (socket, _) = try await client.connectWebSocket()
      for session in engine.sessions where session.id.rawValue == waiting {
        try await session.send("last")
      }
      engine.disconnectAll()
      engine.disconnectAll()
      #expect(try await poll.value.body == "1")
      #expect(try await client.poll(waiting).body == "4last\u{1e}1")
      #expect(await socket.next() == nil)
      #expect(socket.closure?.code == .normalClosure)
      #expect(
        await log.lines(3).sorted() == [
          "polling server close", "polling server close", "websocket server close",
        ])
      // The server goes on.
      _ = try await client.connect()
      #expect(engine.sessionCount == 1)
    }
    #expect(log.lines.count == 4)
  }
}
