// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

/// One enumeration says why a session ended, so that an application can tell what it would do
/// something about from what it would not; and every session has one end.
@Suite(.timeLimit(.minutes(1))) struct DisconnectReasonTests {
  /// Ways in which a session by WebSocket ends.
  enum Cause: CaseIterable, Sendable {
    case closePacket, closeFrame, lostNetwork, tooLarge, garbage, serversPacket, silence,
      application
    case slowness, handler

    var reason: DisconnectReason {
      switch self {
      case .closePacket: .clientClose
      case .closeFrame: .transportClose
      case .lostNetwork: .transportError
      case .tooLarge: .payloadTooLarge
      case .garbage: .parseError
      case .serversPacket: .protocolViolation
      case .silence: .pingTimeout
      case .application: .serverClose
      case .slowness: .sendBufferFull
      case .handler: .handlerError
      }
    }
  }

  @Test(arguments: Cause.allCases) func everyCauseHasItsReason(cause: Cause) async throws {
    struct Broken: Error {}
    let log = Log()
    let clock = ManualClock()
    let engine = EngineIOServer(clock: clock)
    engine.onMessage { _, _ in throw Broken() }
    engine.onDisconnect { session, reason in
      #expect(reason == session.disconnectReason)
      log(reason.rawValue)
    }
    try await serve(engine) { client in
      let (socket, sid) = try await client.connectWebSocket()
      switch cause {
      case .closePacket: socket.send("1")
      case .closeFrame: socket.close()
      case .lostNetwork: socket.fail(.connectionLost)
      case .tooLarge: socket.fail(.protocolViolation(.messageTooBig, reason: ""))
      case .garbage: socket.send("x")
      case .serversPacket: socket.send("2")
      case .silence:
        await clock.advanceToNextDeadline()
        #expect(await socket.text() == "2")
        await clock.advanceToNextDeadline()
        #expect(clock.now.offset == .seconds(45))
      case .application: engine.disconnectAll()
      case .slowness:
        socket.setStalled(true)
        engine.broadcast("x")
      case .handler: socket.send("4")
      }
      #expect(await log.lines(1) == [cause.reason.rawValue])
      #expect(SessionID(rawValue: sid).flatMap { engine.session(id: $0) } == nil)
      await eventually { engine.hasNoSessions }
      #expect(engine.statistics.sessionsEnded == [cause.reason: 1])
    }
    #expect(log.lines.count == 1)
  }

  /// The client is told, too: it can tell 1009 from a network that is gone.
  @Test(arguments: TestMode.allCases) func messageOfOneByteTooMany(mode: TestMode) async throws {
    let log = Log()
    let engine = EngineIOServer(.init(maxPayload: 1_000))
    engine.onMessage { session, message in try await session.send(message) }
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await engine.test(mode) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        _ = try await socket.receive()
        let largest = WebSocketMessage.text("4" + String(repeating: "a", count: 999))
        try await socket.send(largest)
        let echo = try await socket.receive()
        #expect(echo == largest)
        // In process the sender learns of it at once.
        try? await socket.send(.text("4" + String(repeating: "a", count: 1_000)))
        _ = try? await socket.receive()
        #expect(socket.closure?.code == .messageTooBig)
        _ = await log.lines(1)
      }
    }
    // In process a WebSocket has no protocol to violate, and is closed.
    #expect(log.lines == [mode == .live ? "payload too large" : "transport close"])
  }

  /// Everybody ends the session at once, and it ends once.
  @Test(arguments: Place.allCases) func oneEndWhateverComesAtOnce(place: Place) async throws {
    let rounds = 100
    let ends = Mutex<[SessionID: Int]>([:])
    let engine = EngineIOServer()
    engine.onDisconnect { session, _ in ends.withLock { $0[session.id, default: 0] += 1 } }
    try await serve(engine, in: place) { client in
      for round in 0..<rounds {
        let isPolling = round.isMultiple(of: 2)
        let sid: String
        let socket: TestSocket
        if isPolling {
          sid = try await client.connect()
          socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
        } else {
          (socket, sid) = try await client.connectWebSocket()
        }
        let session = try client.session(sid)
        await withTaskGroup(of: Void.self) { group in
          group.addTask { session.disconnect() }
          group.addTask { session.end(.pingTimeout) }
          group.addTask { socket.fail(.connectionLost) }
          group.addTask { _ = try? await client.post(sid, "1") }
          group.addTask { _ = try? await client.poll(sid) }
          group.addTask { _ = try? await client.poll(sid) }
        }
        await eventually { ends.withLock { $0[session.id] != nil } }
      }
      await eventually { engine.sessionCount == 0 }
    }
    #expect(ends.withLock { $0.count } == rounds)
    #expect(ends.withLock { $0.values.allSatisfy { $0 == 1 } })
    #expect(engine.statistics.sessionsEnded.values.reduce(0, +) == rounds)
  }
}
