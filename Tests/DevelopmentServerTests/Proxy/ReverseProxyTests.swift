// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import DevelopmentServer

struct ReverseProxyTests {
  private let files = HTTPHandler { request in .text("file \(request.path)") }

  private func proxy(
    _ rules: String..., limits: ReverseProxy.Limits = .init()
  ) throws -> some HTTPApplication {
    files.wrapped(by: ReverseProxy(try rules.map { try ProxyRule($0) }, limits: limits))
  }

  /// Answers with what it was asked.
  private let echo = HTTPHandler { request in
    let body = try await request.body.collect(upTo: 1 << 20)
    let fields = request.headerFields.map { "\($0.name.canonicalName): \($0.value)" }.sorted()
    var response = Response.text(
      ["\(request.method) \(request.target) \(request.authority ?? "-")", String(buffer: body)]
        .joined(separator: "\n") + "\n" + fields.joined(separator: "\n"),
      status: .created)
    response.headerFields[.init("x-backend")!] = "1"
    response.headerFields[.init("keep-alive")!] = "timeout=5"
    return response
  }

  @Test(arguments: TestMode.allCases)
  func requestsArePassedOn(mode: TestMode) async throws {
    try await withBackend(echo) { port in
      try await proxy("/api=http://127.0.0.1:\(port)").test(mode) { client in
        let response = try await client.post(
          "/api/a%2Fb?c=%20d", "hello", headerFields: [.cookie: "a=b", .te: "trailers"])
        #expect(response.status == .created)
        #expect(response.headerFields[.init("x-backend")!] == "1")
        #expect(response.headerFields[.init("keep-alive")!] == nil)
        let lines = response.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "POST /api/a%2Fb?c=%20d 127.0.0.1:\(port)")
        #expect(lines[1] == "hello")
        #expect(lines.contains("cookie: a=b"))
        #expect(lines.contains("content-length: 5"))
        #expect(lines.contains("x-forwarded-for: 127.0.0.1"))
        #expect(!lines.contains { $0.hasPrefix("te:") || $0.hasPrefix("transfer-encoding:") })

        let head = try await client.send(.head, "/api")
        #expect(head.status == .created)
        #expect(head.headerFields[.contentLength] != nil)
        #expect(try await client.get("/apis").text == "file /apis")
      }
    }
  }

  @Test func theLongestPathWinsAndMayBeReplaced() async throws {
    try await withBackend(echo) { port in
      let origin = "http://127.0.0.1:\(port)"
      try await proxy("/=\(origin)", "/a=\(origin)/", "/a/b=\(origin)/c/d/").test { client in
        for (path, target) in [
          ("/", "/"), ("/x?y", "/x?y"), ("/a", "/"), ("/a?q", "/?q"), ("/a/", "/"), ("/a/x", "/x"),
          ("/a/b", "/c/d"), ("/a/b/e?f", "/c/d/e?f"),
        ] {
          let text = try await client.get(path).text
          #expect(text.hasPrefix("GET \(target) "), "\(path)")
        }
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func bodiesStreamBothWays(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      .stream { writer in
        for try await part in request.body { try await writer.write(part) }
      }
    }
    let large = ByteBuffer(repeating: 0x61, count: 3 << 20)
    try await withBackend(app) { port in
      try await proxy("/=http://127.0.0.1:\(port)").test(mode) { client in
        let response = try await client.send(.post, "/", body: large)
        #expect(response.body == large)
        #expect(response.headerFields[.contentLength] == nil)
      }
    }
  }

  @Test func anEndlessAnswerArrivesAsItIsMade() async throws {
    let isHeard = Events()
    let app = HTTPHandler { _ in
      .stream(headerFields: [.contentType: "text/event-stream"]) { writer in
        try await writer.write("data: 1\n\n")
        await isHeard.wait(for: "first")
        try await writer.write("data: 2\n\n")
      }
    }
    try await withBackend(app) { port in
      let proxy = try self.proxy("/=http://127.0.0.1:\(port)")
      try await proxy.withLifespan {
        let response = try await proxy.respond(to: Request(target: "/"))
        guard case .stream(nil, let write) = response.body.kind else {
          Issue.record("no stream")
          return
        }
        var writer = ResponseWriter(sink: Sink(events: isHeard))
        try await write(&writer)
        #expect(isHeard.all == ["data: 1\n\n", "first", "data: 2\n\n"])
      }
    }
  }

  private final class Sink: ResponseSink {
    let events: Events

    init(events: Events) {
      self.events = events
    }

    func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
      events.record(String(buffer: bytes))
      if events.all.count == 1 { events.record("first") }
    }
  }

  @Test(arguments: TestMode.allCases)
  func answersWithoutABodyStaySo(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      Response(status: .init(code: Int(request.path.dropFirst())!), headerFields: [.eTag: "\"1\""])
    }
    try await withBackend(app) { port in
      try await proxy("/=http://127.0.0.1:\(port)").test(mode) { client in
        for code in [204, 304, 200, 404] {
          let response = try await client.get("/\(code)")
          #expect(response.status.code == code)
          #expect(response.headerFields[.eTag] == "\"1\"")
          #expect(response.body.readableBytes == 0)
        }
      }
    }
  }

  @Test func redirectsOfABackendToItselfLeadHere() async throws {
    let proxy = ReverseProxy([])
    let kept = try ProxyRule("/api=http://a.example")
    let replaced = try ProxyRule("/api=http://a.example:81/v1")
    for (rule, location, expected) in [
      (kept, "http://a.example/api/x?y", "/api/x?y"), (kept, "http://a.example/other", nil),
      (kept, "http://a.example/apis", nil), (kept, "http://a.example.evil/api", nil),
      (kept, "/api/x", nil), (kept, "http://b.example/api", nil),
      (replaced, "http://a.example:81/v1/x", "/api/x"),
      (replaced, "http://a.example:81/v1", "/api"),
      (replaced, "http://a.example:81/api", nil),
    ] {
      #expect(proxy.ownLocation(location, rule) == expected ?? location)
    }
    let whole = try ProxyRule("/=http://a.example")
    #expect(proxy.ownLocation("http://a.example", whole) == "/")
    #expect(proxy.ownLocation("http://a.example/x", whole) == "/x")
  }

  // MARK: Failures

  @Test(arguments: TestMode.allCases)
  func aBackendThatIsNotThereIsNamed(mode: TestMode) async throws {
    let closed = try ClosedPort()
    defer { withExtendedLifetime(closed) {} }
    let port = closed.port
    try await proxy("/api=http://127.0.0.1:\(port)").test(mode) { client in
      let response = try await client.get("/api")
      #expect(response.status == .badGateway)
      #expect(
        response.text == "The backend http://127.0.0.1:\(port) cannot be reached: "
          + "nobody listens there. Is it running?\n")
    }
  }

  @Test func aBackendThatTakesTooLongIsNamed() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      await events.wait(for: "cancelled")
      return .text("late")
    }
    var limits = ReverseProxy.Limits()
    limits.response = .milliseconds(50)
    try await withBackend(app) { [limits] port in
      try await proxy("/=http://127.0.0.1:\(port)", limits: limits).test { client in
        let response = try await client.get("/")
        #expect(response.status == .gatewayTimeout)
        #expect(response.text == "The backend http://127.0.0.1:\(port) took too long to answer.\n")
      }
    }
  }

  @Test func anAnswerThatBreaksOffBreaksOff() async throws {
    struct Broken: Error {}
    let app = HTTPHandler { _ in
      .stream { writer in
        try await writer.write("half")
        throw Broken()
      }
    }
    try await withBackend(app) { port in
      try await proxy("/=http://127.0.0.1:\(port)").test(.live) { client in
        await #expect(throws: (any Error).self) { try await client.get("/") }
      }
    }
  }

  @Test func aBackendThatIsThisServerIsNamed() async throws {
    let proxy = ReverseProxy([try ProxyRule("/=http://127.0.0.1:1")])
    let request = Request(headerFields: proxy.fields(for: Request()))
    let response = try await proxy.respond(to: request, next: files)
    #expect(response.status.code == 508)
  }
}
