// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionReceivingTests {
  static let app = HTTPHandler { request in
    .bytes(try await request.body.collect(upTo: 1 << 20))
  }

  @Test func answersAMalformedRequestBehindAValidOne() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      await events.wait(for: "go")
      return .text("first")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/") + "nonsense\r\n\r\n")
      events.record("go")
      let first = try await client.receiveResponse()
      #expect(first.status == 200)
      #expect(first.text == "first")
      #expect(try await client.receiveResponse().status == 400)
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func survivesRandomBytes() async throws {
    var generator = SplitMix64(seed: 42)
    try await withServer(Self.app) { server async throws in
      for _ in 0..<200 {
        let client = try await server.connect()
        let template = Array(
          (request("/", method: "POST", "transfer-encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n")
            .utf8)
        var bytes = template
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          bytes[Int.random(in: bytes.indices, using: &generator)] =
            UInt8.random(in: 0...255, using: &generator)
        }
        // The server may close before all has been sent.
        client.post(ByteBuffer(bytes: bytes))
        try? await client.closeOutput()
        _ = await client.receiveToEnd()
      }
      #expect(try await server.connect().get("/").status == 200)
    }
  }

  // MARK: Limits

  static let limited: @Sendable (inout HTTPServerConfiguration) -> Void = {
    $0.limits.headBytes = 2000
    $0.limits.targetBytes = 500
    $0.limits.headerCount = 10
    $0.limits.bodyBytes = 100
  }

  static let tooMuch: [(request: String, status: Int)] = [
    (request("/", "x: " + String(repeating: "x", count: 2000)), 431),
    (request("/", String(repeating: "x: y\r\n", count: 10) + "x: y"), 431),
    (request("/" + String(repeating: "x", count: 500)), 414),
    ("GET /" + String(repeating: "x", count: 600), 414),
    (request("/", method: "POST", "content-length: 101"), 413),
    (request("/", method: "POST", "content-length: 9223372036854775807"), 413),
    (request("/", method: "POST", "transfer-encoding: chunked") + "65\r\n", 413),
    (request("/", method: "POST", "transfer-encoding: chunked") + "7fffffffffffffff\r\n", 413),
    (
      request("/", method: "POST", "transfer-encoding: chunked")
        + String(repeating: "1\r\nx\r\n", count: 101), 413
    ),
  ]

  @Test(arguments: tooMuch.indices)
  func refusesTooMuch(index: Int) async throws {
    let (request, status) = Self.tooMuch[index]
    try await withConnection(to: Self.app, configure: Self.limited) { client async throws in
      let response = try await client.exchange(request)
      #expect(response.status == status)
      #expect(response["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func acceptsWhatTheLimitsAllow() async throws {
    try await withConnection(to: Self.app, configure: Self.limited) { client async throws in
      let body = String(repeating: "x", count: 100)
      let padding = String(repeating: "x: \(String(repeating: "y", count: 150))\r\n", count: 7)
      let fixed = try await client.exchange(
        request(
          "/" + String(repeating: "x", count: 499), method: "POST", padding + "content-length: 100")
          + body)
      #expect(fixed.text == body)
      let chunked = try await client.exchange(
        request("/", method: "POST", "transfer-encoding: chunked") + "64\r\n\(body)\r\n0\r\n\r\n")
      #expect(chunked.text == body)
    }
  }

  // MARK: Targets

  static let targetApp = HTTPHandler {
    .text("\($0.method) \($0.target) \($0.path) \($0.query ?? "-") \($0.authority ?? "-")")
  }

  @Test(arguments: [
    ("GET http://a.example:81/p?q HTTP/1.1\r\nhost: a.example:81", "GET /p?q /p q a.example:81"),
    ("GET http://a.example HTTP/1.1\r\nhost: a.example", "GET / / - a.example"),
    ("GET http://a.example?q HTTP/1.1\r\nhost: a.example", "GET /?q / q a.example"),
    ("OPTIONS * HTTP/1.1\r\nhost: a", "OPTIONS * * - a"),
    ("GET /%2e?a?b HTTP/1.1\r\nhost: a", "GET /%2e?a?b /%2e a?b a"),
    ("BREW /pot HTTP/1.1\r\nhost: a", "BREW /pot /pot - a"),
    ("GET / HTTP/1.0\r\nconnection: keep-alive", "GET / / - -"),
  ])
  func showsTargetsInOneForm(head: String, text: String) async throws {
    try await withConnection(to: Self.targetApp) { client async throws in
      let response = try await client.exchange(head + "\r\n\r\n")
      #expect(response.status == 200)
      #expect(response.text == text)
    }
  }
}
