// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Synchronization
import Testing

@testable import EngineIOClient

/// What all requests of a connection have in common.
@Suite(.timeLimit(.minutes(1))) struct RequestTests {
  struct Seen: Sendable {
    var method: HTTPRequest.Method
    var query: String
    var headerFields: HTTPFields
    var isUpgrade: Bool
  }

  /// Requests in the order in which they came.
  final class Log: Sendable {
    private let requests = Mutex<[Seen]>([])

    var all: [Seen] { requests.withLock { $0 } }
    func append(_ request: Seen) { requests.withLock { $0.append(request) } }
  }

  /// Notes the requests to an application.
  private static func app(_ seen: Log) -> some HTTPApplication {
    let engine = EngineIOServer(.init(cookie: "io"))
    engine.onMessage { session, message in try await session.send(message) }
    return NotingApp(engine: EngineIOApp(engine), seen: seen)
  }

  private struct NotingApp: HTTPApplication {
    let engine: EngineIOApp
    let seen: Log

    func respond(to request: Request) async throws -> Response {
      seen.append(
        Seen(
          method: request.method, query: request.query.map { String($0) } ?? "",
          headerFields: request.headerFields, isUpgrade: request.isWebSocketUpgrade))
      return try await engine.respond(to: request)
    }

    func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
      try await engine.withLifespan(serve)
    }

    func beginGracefulShutdown() { engine.beginGracefulShutdown() }
  }

  @Test(arguments: TestMode.allCases)
  func fieldsQueryAndCookies(mode: TestMode) async throws {
    let seen = Log()
    try await Self.app(seen).test(mode) { test in
      var configuration = EngineIOClient.Configuration.patient
      configuration.timestampRequests = true
      let client = try await EngineIOClient.connect(
        test, query: "/?user=a%20b&EIO=3&sid=x&flag",
        headers: [HTTPField.Name("x-test")!: "yes", .cookie: "own=1", .authorization: "Bearer t"],
        configuration: configuration)
      try await client.send("hello")
      var messages = client.messages.makeAsyncIterator()
      #expect(try await messages.next() == .text("hello"))
      while client.transport != .websocket { await Task.yield() }
      let sid = client.sid
      await client.disconnect()

      let requests = seen.all
      #expect(requests.contains { $0.method == .post })
      #expect(requests.contains { $0.isUpgrade })
      for (index, request) in requests.enumerated() {
        let items = request.query.split(separator: "&").map(String.init)
        #expect(items.prefix(3) == ["user=a%20b", "flag", "EIO=4"])
        #expect(
          items.contains(request.isUpgrade ? "transport=websocket" : "transport=polling"))
        #expect(items.contains("sid=" + sid) == (index > 0))
        #expect(items.contains { $0.hasPrefix("t=") } == !request.isUpgrade)
        #expect(request.headerFields[HTTPField.Name("x-test")!] == "yes")
        #expect(request.headerFields[.authorization] == "Bearer t")
        #expect(request.headerFields[.cookie] == (index == 0 ? "own=1" : "own=1; io=" + sid))
      }
      let stamps = requests.filter { !$0.isUpgrade }.map(\.query)
      #expect(Set(stamps).count == stamps.count)
    }
  }

  @Test func cookiesOfAWebSocketHandshake() async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.polling, .websocket])
    let first = try await server.poll()
    #expect(first.request.headerFields[.cookie] == nil)
    first.answer(
      ScriptedServer.handshake,
      fields: [.setCookie: "node=7; Path=/; HttpOnly", .contentType: "text/plain"])
    let client = try await connecting.value.get()
    #expect(try await server.poll().request.headerFields[.cookie] == "node=7")
    #expect(try await server.socket().request.headerFields[.cookie] == "node=7")
    await client.abort()
  }

  @Test func basicAuthentication() async throws {
    let server = ScriptedServer()
    let connecting = Task {
      try await EngineIOClient.connect(
        "http://Aladdin:open%20sesame@example.com", transports: [.polling], network: server,
        clock: ClientClock(server.clock))
    }
    let poll = try await server.poll()
    #expect(
      poll.request.headerFields[.authorization] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    connecting.cancel()
    _ = await connecting.result
  }

  @Test func idsAreEscaped() async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().answer(ScriptedServer.open(sid: "a&b=c/é"))
    let client = try await connecting.value.get()
    #expect(try await server.poll().request.target.hasSuffix("&sid=a%26b%3Dc%2F%C3%A9"))
    await client.abort()
  }
}
