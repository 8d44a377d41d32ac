// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HandshakeGateTests {
  private static let query = "/?EIO=4&transport="

  /// A server that lets in who says so, and notes what its handlers hear.
  private func gatedServer(_ log: Log) -> EngineIOServer {
    let engine = EngineIOServer()
    engine.onHandshakeRequest { request in
      log("asked")
      // A decision may take its time.
      await Task.yield()
      switch request.headerValue(.authorization) {
      case "yes": return
      case "teapot": throw HTTPError(.init(code: 418), "short and stout")
      case "busy": throw EngineIOErrorCode(code: 4, message: "Busy", status: 429)
      case "later": throw HandshakeRefused("come back \"tomorrow\"")
      default: throw HandshakeRefused()
      }
    }
    engine.onConnect { _, _ in log("connect") }
    engine.onDisconnect { _, _ in log("disconnect") }
    return engine
  }

  @Test(arguments: TestMode.allCases)
  func refusalsAndTheirAnswers(mode: TestMode) async throws {
    let log = Log()
    try await gatedServer(log).test(mode) { client in
      let cases = [
        ("no", 403, #"{"code":4,"message":"Forbidden"}"#),
        ("later", 403, #"{"code":4,"message":"come back \"tomorrow\""}"#),
        ("busy", 429, #"{"code":4,"message":"Busy"}"#), ("teapot", 418, "short and stout\n"),
      ]
      for (word, status, body) in cases {
        let fields: HTTPFields = [.authorization: word]
        let polling = try await client.get(Self.query + "polling", headerFields: fields)
        #expect(polling.status.code == status)
        #expect(polling.text == body)
        do {
          try await client.webSocket(Self.query + "websocket", headerFields: fields) { _ in }
          Issue.record("the WebSocket was accepted")
        } catch let refused as WebSocketRefused {
          #expect(refused.response.status.code == status)
          #expect(refused.response.text == body)
        }
      }
    }
    #expect(log.lines == Array(repeating: "asked", count: 8))
  }

  @Test(arguments: TestMode.allCases)
  func whoIsLetInGetsASession(mode: TestMode) async throws {
    let log = Log()
    try await gatedServer(log).test(mode) { client in
      let fields: HTTPFields = [.authorization: "yes"]
      let polling = try await client.get(Self.query + "polling", headerFields: fields)
      let sid = try Handshake(json: String(polling.text.dropFirst())).sid
      // Only handshakes are asked about.
      #expect(try await client.post(Self.query + "polling&sid=\(sid)", "4a").status == .ok)
      try await client.webSocket(Self.query + "websocket", headerFields: fields) { socket in
        guard case .text(let open) = try await socket.receive() else {
          Issue.record("no open packet")
          return
        }
        #expect(open.first == "0")
      }
      let lines = await log.lines(5)
      #expect(lines.prefix(4) == ["asked", "connect", "asked", "connect"])
    }
  }

  /// The order of the JavaScript server: method and upgrade before the gate, the version after it.
  @Test func orderOfTheChecks() async throws {
    let log = Log()
    try await serve(gatedServer(log)) { client in
      let post = client.request(.post, "EIO=4&transport=polling")
      #expect(try await client.send(post).body.hasPrefix(#"{"code":2,"#))
      #expect(try await client.get("EIO=4&transport=websocket").body.hasPrefix(#"{"code":3,"#))
      #expect(log.lines.isEmpty)
      #expect(try await client.get("EIO=3&transport=polling").body.hasPrefix(#"{"code":4,"#))
      let version = try await client.get(
        "EIO=3&transport=polling", headerFields: [.authorization: "yes"])
      #expect(version.body.hasPrefix(#"{"code":5,"#))
      #expect(log.lines == ["asked", "asked"])
      #expect(client.engine.hasNoSessions)
    }
  }

  @Test func anyOtherErrorIsTheHosts() async throws {
    struct Unexpected: Error {}
    let engine = EngineIOServer()
    engine.onHandshakeRequest { _ in throw Unexpected() }
    try await serve(engine) { client in
      await #expect(throws: Unexpected.self) { try await client.get("EIO=4&transport=polling") }
      #expect(client.engine.hasNoSessions)
    }
  }
}
