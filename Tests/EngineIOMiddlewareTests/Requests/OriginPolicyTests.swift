// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct OriginPolicyTests {
  private func isAllowed(
    _ origins: AllowedOrigins, _ origin: String?, scheme: String = "http",
    authority: String = "example.com", _ fields: HTTPFields = [:], trust: Bool = false
  ) -> Bool {
    var configuration = EngineIOServer.Configuration(allowedOrigins: origins)
    configuration.trustForwardedHeaders = trust
    var request = Request(scheme: scheme, authority: authority, headerFields: fields)
    request.headerFields[.origin] = origin
    if case .allowed = OriginPolicy(configuration).decide(request) { return true }
    return false
  }

  @Test(arguments: [
    (nil, "http", "example.com", true), ("http://example.com", "http", "example.com", true),
    ("http://EXAMPLE.com", "http", "Example.COM", true),
    ("http://example.com:80", "http", "example.com", true),
    ("https://example.com", "https", "example.com:443", true),
    ("http://example.com:8080", "http", "example.com:8080", true),
    ("https://example.com", "http", "example.com", false),
    ("http://example.com:8080", "http", "example.com", false),
    ("http://example.com.evil.org", "http", "example.com", false),
    ("http://evil.org", "http", "example.com", false), ("null", "http", "example.com", false),
    ("", "http", "example.com", false), ("file://", "http", "example.com", false),
  ])
  func sameOrigin(origin: String?, scheme: String, authority: String, expected: Bool) {
    #expect(isAllowed(.sameOrigin, origin, scheme: scheme, authority: authority) == expected)
  }

  @Test func listedOrigins() {
    let origins = AllowedOrigins.only(["https://a.example", "https://b.example"])
    #expect(isAllowed(origins, "https://a.example"))
    #expect(isAllowed(origins, "https://b.example"))
    #expect(isAllowed(origins, "http://example.com"))
    #expect(isAllowed(origins, nil))
    #expect(!isAllowed(origins, "https://c.example"))
    #expect(!isAllowed(.only([]), "https://a.example"))
  }

  @Test func matchingOrigins() {
    let origins = AllowedOrigins.matching { origin, request in
      origin.hasSuffix(".example") && request.scheme == "https"
    }
    #expect(isAllowed(origins, "https://a.example", scheme: "https"))
    #expect(!isAllowed(origins, "https://a.example", scheme: "http"))
    #expect(!isAllowed(origins, "https://a.test", scheme: "https"))
    // Who is asked has the last word, about the same origin too.
    #expect(!isAllowed(origins, "https://example.com", scheme: "https"))
    #expect(isAllowed(.matching { _, _ in false }, nil))
  }

  /// What the manual says: same origin, one, several, all, off, a predicate; by HTTP and WebSocket.
  @Test(
    arguments: [
      (.sameOrigin, ["http://example.com"], ["https://a.example"]),
      (
        .only(["https://a.example"]), ["http://example.com", "https://a.example"], ["http://b.test"]
      ),
      (.only(["http://a.test", "http://b.test"]), ["http://a.test", "http://b.test"], ["null"]),
      (.any, ["https://a.example", "null"], []), (.unchecked, ["https://a.example", "null"], []),
      (
        .matching { origin, _ in origin.hasSuffix(".test") }, ["http://a.test"],
        ["http://example.com"]
      ),
    ] as [(AllowedOrigins, [String], [String])], TransportKind.allCases)
  func enforced(
    rule: (origins: AllowedOrigins, allowed: [String], refused: [String]), kind: TransportKind
  ) async throws {
    let engine = echoServer {
      $0.allowedOrigins = rule.origins
      $0.allowCredentials = true
    }
    try await serve(engine) { client in
      func answer(_ origin: String?) async throws -> Response {
        var request = client.request(
          .get, "EIO=4&transport=\(kind)", isWebSocketUpgrade: kind == .websocket)
        request.headerFields[.origin] = origin
        return try await client.respond(to: request)
      }
      let success = kind == .websocket ? 101 : 200
      for origin in rule.allowed {
        let answer = try await answer(origin)
        #expect(answer.status.code == success)
        switch rule.origins {
        case .sameOrigin, .unchecked:
          #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
          #expect(answer.headerFields[.accessControlAllowCredentials] == nil)
        case .only, .matching, .any:
          #expect(answer.headerFields[.accessControlAllowOrigin] == origin)
          #expect(answer.headerFields[.accessControlAllowCredentials] == "true")
          #expect(answer.headerFields[.vary] == "origin")
        }
      }
      for origin in rule.refused {
        let answer = try await answer(origin)
        #expect(answer.status.code == 400)
        #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
      }
      #expect(try await answer(nil).status.code == success)
      #expect(engine.sessions.count == rule.allowed.count + 1)
    }
  }

  @Test func everybody() {
    #expect(isAllowed(.any, "https://anywhere.example"))
    #expect(isAllowed(.unchecked, "https://anywhere.example"))
  }

  @Test func forwardedHeadersAreTrustedOnlyWhenTold() throws {
    let proto = try #require(HTTPField.Name("x-forwarded-proto"))
    let host = try #require(HTTPField.Name("x-forwarded-host"))
    let fields: HTTPFields = [proto: "https", host: "public.example, inner"]
    #expect(!isAllowed(.sameOrigin, "https://public.example", fields))
    #expect(isAllowed(.sameOrigin, "https://public.example", fields, trust: true))
    #expect(isAllowed(.sameOrigin, "https://example.com", [proto: "https"], trust: true))
    #expect(!isAllowed(.sameOrigin, "https://evil.example", fields, trust: true))
    // The hop behind the proxy is no origin of anybody.
    #expect(!isAllowed(.sameOrigin, "http://example.com", [proto: "https"], trust: true))
  }

  @Test func foreignOriginGetsNoSession() async throws {
    try await serve(echoServer()) { client in
      let fields: HTTPFields = [.origin: "https://evil.example"]
      let answer = try await client.get("EIO=4&transport=polling", headerFields: fields)
      #expect(answer.status == 400)
      #expect(answer.body == #"{"code":3,"message":"Origin not allowed"}"#)
      #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
      let webSocket = try await client.send(
        client.request(
          .get, "EIO=4&transport=websocket", headerFields: fields, isWebSocketUpgrade: true))
      #expect(webSocket.status == 400)
      let sid = try await client.connect()
      let poll = try await client.get("transport=polling&sid=\(sid)", headerFields: fields)
      #expect(poll.status == 400)
      #expect(client.engine.sessions.count == 1)
      #expect(client.engine.sessions.first?.isOpen == true)
    }
  }

  @Test func allowedOriginIsNamedInEveryAnswer() async throws {
    let engine = echoServer {
      $0.allowedOrigins = .only(["https://a.example"])
      $0.allowCredentials = true
    }
    try await serve(engine) { client in
      let fields: HTTPFields = [.origin: "https://a.example"]
      for query in ["EIO=4&transport=polling", "EIO=4&transport=nonsense"] {
        let answer = try await client.get(query, headerFields: fields)
        #expect(answer.headerFields[.accessControlAllowOrigin] == "https://a.example")
        #expect(answer.headerFields[.accessControlAllowCredentials] == "true")
        #expect(answer.headerFields[.vary] == "origin")
      }
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
      #expect(answer.headerFields[.vary] == "origin")
    }
  }

  @Test func wildcard() async throws {
    try await serve(echoServer { $0.allowedOrigins = .any }) { client in
      let answer = try await client.get(
        "EIO=4&transport=polling", headerFields: [.origin: "https://a.example"])
      #expect(answer.headerFields[.accessControlAllowOrigin] == "*")
      #expect(answer.headerFields[.accessControlAllowCredentials] == nil)
    }
    let engine = echoServer {
      $0.allowedOrigins = .any
      $0.allowCredentials = true
    }
    try await serve(engine) { client in
      let answer = try await client.get(
        "EIO=4&transport=polling", headerFields: [.origin: "https://a.example"])
      #expect(answer.headerFields[.accessControlAllowOrigin] == "https://a.example")
      #expect(answer.headerFields[.accessControlAllowCredentials] == "true")
    }
  }

  @Test func uncheckedSaysNothing() async throws {
    try await serve(echoServer { $0.allowedOrigins = .unchecked }) { client in
      let answer = try await client.get(
        "EIO=4&transport=polling", headerFields: [.origin: "https://a.example"])
      #expect(answer.status == 200)
      #expect(answer.headerFields[.accessControlAllowOrigin] == nil)
      #expect(answer.headerFields[.vary] == nil)
    }
  }

  @Test func preflight() async throws {
    let engine = echoServer { $0.allowedOrigins = .only(["https://a.example"]) }
    try await serve(engine) { client in
      let answer = try await client.send(
        client.request(
          .options, nil,
          headerFields: [
            .origin: "https://a.example", .accessControlRequestMethod: "POST",
            .accessControlRequestHeaders: "x-token",
          ]))
      #expect(answer.status == 204)
      #expect(answer.headerFields[.accessControlAllowOrigin] == "https://a.example")
      #expect(answer.headerFields[.accessControlAllowMethods] == "GET, POST, OPTIONS")
      #expect(answer.headerFields[.accessControlAllowHeaders] == "x-token")
      let refused = try await client.send(
        client.request(.options, nil, headerFields: [.origin: "https://b.example"]))
      #expect(refused.status == 400)
      #expect(refused.headerFields[.accessControlAllowOrigin] == nil)
    }
  }

  @Test func optionsWithoutOrigin() async throws {
    try await serve(echoServer()) { client in
      let answer = try await client.send(client.request(.options, nil))
      #expect(answer.status == 204)
      #expect(answer.headerFields[.allow] == "GET, POST, OPTIONS")
      #expect(answer.headerFields[.accessControlAllowMethods] == nil)
    }
  }
}
