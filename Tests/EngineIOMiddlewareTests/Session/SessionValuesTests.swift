// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct SessionValuesTests {
  private enum Name: EngineIOSessionKey { typealias Value = String }
  private enum Count: EngineIOSessionKey { typealias Value = Int }

  @Test func valuesLiveFromConnectToTheEndOfDisconnect() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onConnect { session, request in session[Name.self] = request.authority }
    engine.onMessage { session, message in
      session.withValue(Count.self, default: 0) { $0 += 1 }
      try await session.send(.text(session[Name.self] ?? "nobody"))
    }
    engine.onDisconnect { session, _ in
      log("\(session[Name.self] ?? "nobody") \(session[Count.self] ?? 0)")
    }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let (socket, other) = try await client.connectWebSocket()
      try client.session(other)[Name.self] = "other"
      _ = try await client.post(sid, "4a\u{1e}4b")
      #expect(try await client.poll(sid).body == "4example.com\u{1e}4example.com")
      _ = try await client.post(sid, "1")
      #expect(await log.lines(1) == ["example.com 2"])
      await eventually { session[Name.self] == nil && session[Count.self] == nil }
      socket.close()
      #expect(await log.lines(2).last == "other 0")
    }
  }

  @Test func valuesOfAnEndedSessionAreFreed() async throws {
    final class Resource: Sendable {}
    enum Key: EngineIOSessionKey { typealias Value = Resource }
    struct Weak {
      weak var resource: Resource?
    }
    let weak = Mutex(Weak())
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      let resource = Resource()
      weak.withLock { $0.resource = resource }
      session[Key.self] = resource
    }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      #expect(weak.withLock { $0.resource != nil })
      _ = try await client.post(sid, "1")
      await eventually { weak.withLock { $0.resource == nil } }
      #expect(!session.isOpen)
    }
  }

  /// Even if they refer to the session that they are kept with.
  @Test func valuesOfARefusedSessionAreFreed() async throws {
    final class Player: Sendable {
      let session: EngineIOSession
      init(_ session: EngineIOSession) { self.session = session }
    }
    enum Key: EngineIOSessionKey { typealias Value = Player }
    struct Weak {
      weak var player: Player?
    }
    let weak = Mutex(Weak())
    let engine = EngineIOServer()
    engine.onConnect { session, _ in
      let player = Player(session)
      weak.withLock { $0.player = player }
      session[Key.self] = player
      throw ConnectionRejected()
    }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.status == 401)
      #expect(weak.withLock { $0.player == nil })
    }
  }

  /// What goes with a value may use the others: the lock has been given back.
  @Test func valueThatIsDroppedMayReadOthers() async throws {
    final class Resource: Sendable {
      let session: EngineIOSession
      let log: Log
      init(_ session: EngineIOSession, _ log: Log) { (self.session, self.log) = (session, log) }
      deinit { log("dropped by \(session[Name.self] ?? "nobody")") }
    }
    enum Key: EngineIOSessionKey { typealias Value = Resource }
    let log = Log()
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      session[Name.self] = "ada"
      session[Key.self] = Resource(session, log)
      session[Key.self] = Resource(session, log)
      #expect(log.lines.count == 1)
      session[Key.self] = nil
      #expect(log.lines == ["dropped by ada", "dropped by ada"])
      session[Key.self] = Resource(session, log)
      _ = try await client.post(sid, "1")
      #expect(await log.lines(3).last == "dropped by nobody")
    }
  }

  @Test func changesAreOneStep() async throws {
    let engine = EngineIOServer()
    try await serve(engine) { client in
      let session = try client.session(try await client.connect())
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            for _ in 0..<1_000 { session.withValue(Count.self, default: 0) { $0 += 1 } }
          }
        }
      }
      #expect(session[Count.self] == 4_000)
    }
  }

  @Test func valueIsKeptWhenTheChangeThrows() async throws {
    struct Failed: Error {}
    try await serve(EngineIOServer()) { client in
      let session = try client.session(try await client.connect())
      session[Name.self] = "before"
      #expect(throws: Failed.self) {
        try session.withValue(Name.self) { value in
          value = "after"
          throw Failed()
        }
      }
      #expect(session[Name.self] == "after")
      session.withValue(Name.self) { $0 = nil }
      #expect(session[Name.self] == nil)
    }
  }

  /// The lock of the values is not that of sending.
  @Test func changeMaySend() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try session.withValue(Count.self, default: 7) { try session.offer(.text("\($0)")) }
      #expect(try await client.poll(sid).body == "47")
    }
  }
}
