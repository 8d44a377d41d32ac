// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct GenerateIDTests {
  private static let query = "EIO=4&transport=polling"
  private static let refusal = #"{"code":3,"message":"Bad request"}"#

  /// A server whose ids are the users that requests name.
  private func server(_ log: Log = Log()) -> EngineIOServer {
    struct NoUser: Error {}
    let engine = echoServer {
      $0.nodeTag = "unused"
      $0.generateID = { request in
        await Task.yield()
        guard let id = request.headerValue(.authorization).flatMap(SessionID.init(rawValue:))
        else { throw NoUser() }
        return id
      }
    }
    engine.onConnectionError { error in
      log("\(error.context) \(error.cause is NoUser ? "no user" : "taken")")
    }
    return engine
  }

  @Test(
    arguments: TestMode.allCases,
    ["123e4567-e89b-12d3-a456-426614174000", "n7.AAAAAAAAAAAAAAAAAAAA"])
  func aSessionLivesUnderItsID(mode: TestMode, id: String) async throws {
    try await server().test(mode) { client in
      let fields: HTTPFields = [.authorization: id]
      let open = try await client.get("/?" + Self.query, headerFields: fields).text
      #expect(try Handshake(json: String(open.dropFirst())).sid == id)
      let target = "/?\(Self.query)&sid=\(id)"
      #expect(try await client.post(target, "4a").text == "ok")
      #expect(try await client.get(target).text == "4a")
      try await client.webSocket("/?EIO=4&transport=websocket&sid=\(id)") { socket in
        try await socket.send("2probe")
        #expect(try await socket.receive() == .text("3probe"))
      }
    }
  }

  @Test func anErrorRefusesTheRequest() async throws {
    let log = Log()
    try await serve(server(log)) { client in
      for isUpgrade in [false, true] {
        let answer = try await client.send(
          client.request(
            .get, "EIO=4&transport=\(isUpgrade ? "websocket" : "polling")",
            isWebSocketUpgrade: isUpgrade))
        #expect(answer.status == 400)
        #expect(answer.body == Self.refusal)
      }
      #expect(client.engine.hasNoSessions)
    }
    #expect(log.lines == ["idGeneration no user", "idGeneration no user"])
  }

  @Test func anIDIsTakenUntilItsSessionIsGone() async throws {
    let log = Log()
    let id = "AAAAAAAAAAAAAAAAAAAA"
    try await serve(server(log)) { client in
      let fields: HTTPFields = [.authorization: id]
      for _ in 1...2 {
        #expect(try await client.get(Self.query, headerFields: fields).status == 200)
        let again = try await client.get(Self.query, headerFields: fields)
        #expect(again.status == 400)
        #expect(again.body == Self.refusal)
        #expect(try await client.post(id, "1").body == "ok")
        await eventually { client.engine.hasNoSessions }
      }
    }
    #expect(log.lines == ["idGeneration taken", "idGeneration taken"])
  }

  /// Between making an id and knowing its session lies the connect handler.
  @Test func anIDIsTakenWhileItsSessionIsOpened() async throws {
    let log = Log()
    let gate = Gate()
    let engine = server(log)
    engine.onConnect { _, request in
      log("connect")
      await gate.wait()
      if request.headerValue(.userAgent) == "bad" { throw ConnectionRejected() }
    }
    try await serve(engine) { client in
      var fields: HTTPFields = [.authorization: "AAAAAAAAAAAAAAAAAAAA", .userAgent: "bad"]
      let first = Task { [fields] in try await client.get(Self.query, headerFields: fields) }
      _ = await log.lines(1)
      let second = try await client.get(Self.query, headerFields: fields)
      #expect(second.body == Self.refusal)
      gate.open()
      #expect(try await first.value.status == 401)
      // What was refused leaves its id to others.
      fields[.userAgent] = nil
      #expect(try await client.get(Self.query, headerFields: fields).status == 200)
    }
    #expect(engine.state.withLock { $0.reservedIDs.isEmpty })
    #expect(log.lines == ["connect", "idGeneration taken", "connect taken", "connect"])
  }

  /// A client that goes away meanwhile has not sent a bad request.
  @Test func cancellationIsNoRefusal() async throws {
    let log = Log()
    let gate = Gate()
    let engine = echoServer {
      $0.generateID = { _ in
        log("asked")
        await gate.wait()
        try Task.checkCancellation()
        return .random(tag: nil)
      }
    }
    engine.onConnectionError { log("\($0.context)") }
    try await serve(engine) { client in
      let task = Task { try await client.get(Self.query) }
      _ = await log.lines(1)
      task.cancel()
      gate.open()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(log.lines == ["asked"])
  }
}
