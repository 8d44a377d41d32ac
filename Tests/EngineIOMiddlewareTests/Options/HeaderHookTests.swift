// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HeaderHookTests {
  private static let first = HTTPField.Name("x-first")!
  private static let every = HTTPField.Name("x-every")!

  private func server() -> EngineIOServer {
    echoServer {
      $0.cookie = "io"
      $0.allowedOrigins = .only(["https://a.example"])
      $0.initialHeaders = { fields, request in
        fields[Self.first] = request.method.rawValue
        // What the server has said can be taken back.
        fields[.setCookie] = nil
      }
      $0.headers = { fields, request in
        fields[Self.every] = (request.query ?? "") + (fields[Self.first] ?? "")
        fields[.vary] = nil
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func pollingAnswers(mode: TestMode) async throws {
    try await server().test(mode) { client in
      let query = "EIO=4&transport=polling"
      let handshake = try await client.get("/?" + query)
      #expect(handshake.headerFields[Self.first] == "GET")
      #expect(handshake.headerFields[Self.every] == query + "GET")
      #expect(handshake.headerFields[.setCookie] == nil)
      #expect(handshake.headerFields[.vary] == nil)
      let sid = try Handshake(json: String(handshake.text.dropFirst())).sid
      let session = query + "&sid=" + sid
      let post = try await client.post("/?" + session, "4a")
      #expect(post.headerFields[Self.every] == session)
      #expect(post.headerFields[Self.first] == nil)
      let poll = try await client.get("/?" + session)
      #expect(poll.text == "4a")
      #expect(poll.headerFields[Self.every] == session)
      #expect(poll.headerFields[Self.first] == nil)
    }
  }

  @Test func errorsAndPreflights() async throws {
    try await serve(server()) { client in
      for (request, status) in [
        (client.request(.get, "EIO=4"), 400), (client.request(.options, "x"), 204),
        (client.request(.get, "y", headerFields: [.origin: "https://b.example"]), 400),
      ] {
        let answer = try await client.send(request)
        #expect(answer.status == status)
        #expect(answer.headerFields[Self.every] == request.query)
        #expect(answer.headerFields[Self.first] == nil)
      }
    }
  }

  @Test func webSockets() async throws {
    try await serve(server()) { client in
      let query = "EIO=4&transport=websocket"
      let handshake = try await client.respond(
        to: client.request(.get, query, isWebSocketUpgrade: true))
      #expect(handshake.status == .switchingProtocols)
      #expect(handshake.headerFields[Self.first] == "GET")
      #expect(handshake.headerFields[Self.every] == query + "GET")
      let session = query + "&sid=" + (try await client.connect())
      let probe = try await client.respond(
        to: client.request(.get, session, isWebSocketUpgrade: true))
      #expect(probe.status == .switchingProtocols)
      #expect(probe.headerFields[Self.first] == nil)
      #expect(probe.headerFields[Self.every] == session)
    }
  }
}
