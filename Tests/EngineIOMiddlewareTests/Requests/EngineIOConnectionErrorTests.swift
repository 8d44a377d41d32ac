// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct EngineIOConnectionErrorTests {
  private typealias Context = EngineIOConnectionError.Context
  private static let nobody = "AAAAAAAAAAAAAAAAAAAA"
  private static let polling = "EIO=4&transport=polling"
  private static let webSocket = "EIO=4&transport=websocket"

  /// A server that refuses on request, and notes which requests were refused and why.
  private func server(_ log: Log) -> EngineIOServer {
    let engine = EngineIOServer(.init(maxPayload: 10))
    engine.onHandshakeRequest { request in
      if request.headerValue(.authorization) == "no" { throw HandshakeRefused("no") }
    }
    engine.onConnect { _, request in
      switch request.headerValue(.authorization) {
      case "never": throw ConnectionRejected("never")
      case "teapot": throw HTTPError(.init(code: 418, reasonPhrase: "teapot"))
      default: return
      }
    }
    engine.onConnectionError { error in
      log(
        "\(error.request.method) \(error.context) "
          + "\(error.code.status) \(error.code.code) \(error.code.message)")
    }
    return engine
  }

  @Test(
    arguments: [
      (.get, polling, false, [.origin: "null"], "GET origin 400 3 Origin not allowed"),
      (.get, "EIO=4", false, [:], "GET transport 400 0 Transport unknown"),
      (.get, "sid=a&sid=a&\(polling)", false, [:], "GET query 400 3 Bad request"),
      (.get, "\(polling)&sid=\(nobody)", false, [:], "GET sessionID 400 1 Session ID unknown"),
      (.get, "\(polling)&sid=short", false, [:], "GET sessionID 400 1 Session ID unknown"),
      (.post, polling, false, [:], "POST method 400 2 Bad handshake method"),
      (.get, webSocket, false, [:], "GET upgrade 400 3 Bad request"),
      (.get, polling, true, [:], "GET upgrade 400 3 Bad request"),
      (.get, polling, false, [.authorization: "no"], "GET handshakeRequest 403 4 no"),
      (.get, webSocket, true, [.authorization: "no"], "GET handshakeRequest 403 4 no"),
      (
        .get, "EIO=2&transport=polling", false, [:],
        "GET version 400 5 Unsupported protocol version"
      ),
      (.get, polling, false, [.authorization: "never"], "GET connect 401 4 never"),
      (.get, webSocket, true, [.authorization: "teapot"], "GET connect 418 4 teapot"),
    ] as [(HTTPRequest.Method, String, Bool, HTTPFields, String)])
  func handshakes(
    method: HTTPRequest.Method, query: String, isUpgrade: Bool, fields: HTTPFields, line: String
  ) async throws {
    let log = Log()
    try await serve(server(log)) { client in
      let request = client.request(
        method, query, headerFields: fields, isWebSocketUpgrade: isUpgrade)
      let answer = try await client.send(request)
      #expect(log.lines == [line])
      #expect(line.contains(" \(answer.status) "))
    }
  }

  @Test func requestsOfSessions() async throws {
    let log = Log()
    try await serve(server(log)) { client in
      let target = Self.polling + "&sid=" + (try await client.connect())
      for request in [
        client.request(.put, target),
        client.request(.get, target, isWebSocketUpgrade: true),
        client.request(.post, target, body: RequestBody(ByteBuffer(string: "4more than ten"))),
      ] {
        #expect(try await client.send(request).status >= 400)
      }
      let (_, upgraded) = try await client.connectAndUpgrade()
      #expect(try await client.poll(upgraded).status == 400)
    }
    #expect(
      log.lines == [
        "PUT method 405 3 Method not allowed", "GET transportMismatch 400 3 Bad request",
        "POST session 413 3 Payload too large", "GET session 400 3 Bad request",
      ])
  }

  @Test func serverThatDoesNotRun() async throws {
    let log = Log()
    let engine = server(log)
    let client = EngineClient(app: engine, engine: engine)
    #expect(try await client.get(Self.polling).status == 503)
    #expect(log.lines == ["GET unavailable 503 4 Service unavailable"])
  }

  @Test func whatIsNotRefusedIsNoNews() async throws {
    let log = Log()
    try await serve(server(log)) { client in
      let sid = try await client.connect()
      #expect(try await client.post(sid, "4a").body == "ok")
      _ = try await client.connectWebSocket()
      #expect(try await client.send(client.request(.options, nil)).status == 204)
    }
    #expect(log.lines.isEmpty)
  }
}
