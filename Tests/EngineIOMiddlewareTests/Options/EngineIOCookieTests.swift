// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct EngineIOCookieTests {
  private static let id = SessionID(rawValue: "n1.AAAAAAAAAAAAAAAAAAAA")!

  @Test(arguments: [
    ("io", "io=n1.AAAAAAAAAAAAAAAAAAAA; Path=/; HttpOnly; SameSite=Lax"),
    (
      EngineIOCookie("io", path: nil, httpOnly: false, sameSite: nil),
      "io=n1.AAAAAAAAAAAAAAAAAAAA"
    ),
    (
      EngineIOCookie(
        "__Host-io", path: "/a b", domain: "example.com", maxAge: .milliseconds(86_400_999),
        expires: 784_111_777, secure: true, partitioned: true, priority: .high,
        sameSite: EngineIOCookie.SameSite.none),
      "__Host-io=n1.AAAAAAAAAAAAAAAAAAAA; Max-Age=86400; Domain=example.com; Path=/a b; "
        + "Expires=Sun, 06 Nov 1994 08:49:37 GMT; HttpOnly; Secure; Partitioned; "
        + "Priority=High; SameSite=None"
    ),
    (
      EngineIOCookie("io", maxAge: .zero, httpOnly: false, sameSite: .strict),
      "io=n1.AAAAAAAAAAAAAAAAAAAA; Max-Age=0; Path=/; SameSite=Strict"
    ),
  ])
  func serialisation(cookie: EngineIOCookie, field: String) throws {
    #expect(cookie.problem == nil)
    #expect(try cookie.field(Self.id) == field)
  }

  @Test(arguments: [
    (EngineIOCookie(""), "name"), ("a b", "name"), ("a=b", "name"), ("a;b", "name"),
    ("a\r\nb", "name"), ("é", "name"), (EngineIOCookie("io", path: ""), "Path"),
    (EngineIOCookie("io", path: "a"), "Path"), (EngineIOCookie("io", path: "/;x"), "Path"),
    (EngineIOCookie("io", path: "/\r\nx: y"), "Path"), (EngineIOCookie("io", path: "/é"), "Path"),
    (EngineIOCookie("io", domain: ""), "Domain"), (EngineIOCookie("io", domain: "a;b"), "Domain"),
    (EngineIOCookie("io", maxAge: .milliseconds(-1)), "Max-Age"),
  ])
  func problems(cookie: EngineIOCookie, attribute: String) {
    #expect(cookie.problem?.attribute == attribute)
    #expect(throws: EngineIOCookieError.self) { try cookie.field(Self.id) }
  }

  @Test func aConstantThatCannotBeSentStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = EngineIOServer(.init(cookie: "no name"))
    }
  }

  @Test(arguments: TestMode.allCases)
  func comesWithTheHandshakeAlone(mode: TestMode) async throws {
    let engine = echoServer { $0.cookie = "io" }
    try await engine.test(mode) { client in
      let answer = try await client.get("/?EIO=4&transport=polling")
      let sid = try Handshake(json: String(answer.text.dropFirst())).sid
      #expect(answer.headerFields[.setCookie] == "io=\(sid); Path=/; HttpOnly; SameSite=Lax")
      let post = try await client.post("/?EIO=4&transport=polling&sid=\(sid)", "4a")
      #expect(post.headerFields[.setCookie] == nil)
      let poll = try await client.get("/?EIO=4&transport=polling&sid=\(sid)")
      #expect(poll.text == "4a")
      #expect(poll.headerFields[.setCookie] == nil)
      let refused = try await client.get("/?EIO=3&transport=polling")
      #expect(refused.headerFields[.setCookie] == nil)
    }
  }

  @Test func comesWithTheAnswerToAWebSocketHandshakeButNotToAProbe() async throws {
    try await serve(echoServer { $0.cookie = "io" }) { client in
      let handshake = try await client.respond(
        to: client.request(.get, "EIO=4&transport=websocket", isWebSocketUpgrade: true))
      #expect(handshake.status == .switchingProtocols)
      let sid = try #require(client.engine.sessions.first).id.rawValue
      #expect(handshake.headerFields[.setCookie] == "io=\(sid); Path=/; HttpOnly; SameSite=Lax")
      let polling = try await client.connect()
      let probe = try await client.respond(
        to: client.request(
          .get, "EIO=4&transport=websocket&sid=\(polling)", isWebSocketUpgrade: true))
      #expect(probe.status == .switchingProtocols)
      #expect(probe.headerFields[.setCookie] == nil)
    }
  }

  @Test func nobodyAsked() async throws {
    try await serve(echoServer()) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.headerFields[.setCookie] == nil)
    }
  }

  @Test func computed() async throws {
    let engine = echoServer {
      $0.cookie = "other"
      $0.makeCookie = { request in
        request.headerValue(.userAgent).map {
          EngineIOCookie($0, secure: request.scheme == "https")
        }
      }
    }
    try await serve(engine) { client in
      let query = "EIO=4&transport=polling"
      let answer = try await client.get(query, headerFields: [.userAgent: "mine"])
      let sid = try client.sid(answer.body)
      #expect(answer.headerFields[.setCookie] == "mine=\(sid); Path=/; HttpOnly; SameSite=Lax")
      #expect(try await client.get(query).headerFields[.setCookie] == nil)
      #expect(client.engine.sessions.count == 2)
      await #expect(throws: EngineIOCookieError.self) {
        try await client.get(query, headerFields: [.userAgent: "a;b"])
      }
      #expect(client.engine.sessions.count == 2)
    }
  }
}
