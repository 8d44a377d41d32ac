// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Logging
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionServingTests {
  private struct Unexpected: Error, CustomStringConvertible {
    let description = "the password is swordfish"
  }

  @Test func answersErrorsWithoutDetailAndGoesOn() async throws {
    let logged = Events()
    try await withConnection(
      to: HTTPHandler { _ in throw Unexpected() },
      configure: {
        $0.logger = Logger(label: "test") { _ in RecordingLog(logged, .error, key: "error") }
      }
    ) { client async throws in
      for _ in 0..<2 {
        let response = try await client.get("/secret")
        #expect(response.status == 500)
        #expect(response.text == "Internal Server Error\n")
        #expect(response["connection"] == nil)
      }
      #expect(logged.all == Array(repeating: "request failed: the password is swordfish", count: 2))
    }
  }

  @Test func answersErrorsThatKnowHow() async throws {
    let app = HTTPHandler { request in
      throw HTTPError(
        Response(status: .unauthorized, headerFields: [.wwwAuthenticate: "Basic"], body: .empty))
    }
    try await withConnection(to: app) { client async throws in
      let response = try await client.get("/")
      #expect(response.status == 401)
      #expect(response["www-authenticate"] == "Basic")
    }
  }

  @Test(arguments: [0, 42, 100, 101, 103, 199])
  func answers500ForAStatusThatIsNotFinal(code: Int) async throws {
    let app = HTTPHandler { request in
      request.path == "/stream"
        ? .stream(status: .init(code: code)) { try await $0.write("evil") }
        : .text("HTTP/1.1 200 OK\r\n\r\n", status: .init(code: code))
    }
    try await withConnection(to: app) { client async throws in
      for target in ["/text", "/stream"] {
        #expect(try await client.get(target).status == 500)
      }
    }
  }

  @Test func runsRequestsOfSeveralConnectionsAtOnce() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      events.record(request.path)
      await events.wait(for: request.path == "/a" ? "/b" : "/a")
      return .text(request.path)
    }
    try await withServer(app) { server async throws in
      let (first, second) = (try await server.connect(), try await server.connect())
      try await first.send(request("/a"))
      #expect(try await second.get("/b").text == "/b")
      #expect(try await first.receiveResponse().text == "/a")
    }
  }

  @Test func servesEveryMethod() async throws {
    let app = HTTPHandler { .text($0.method.rawValue) }
    try await withConnection(to: app) { client async throws in
      for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let response = try await client.exchange(request("/", method: method))
        #expect(response.text == method)
      }
    }
  }

  @Test func tellsEveryResponsesDate() async throws {
    try await withConnection(to: HTTPHandler { _ in .text("") }) { client async throws in
      try await client.send(request("/"))
      let head = try await client.receive(through: "\r\n\r\n")
      #expect(head.contains("\r\ndate: "))
      #expect(head.contains(" GMT\r\n"))
    }
  }

  @Test func tellsTheServersNameWhereItHasOne() async throws {
    let app = HTTPHandler { request in
      switch request.path {
      case "/own": Response(headerFields: [.server: "own"])
      case "/error": throw HTTPError(.notFound)
      case "/stream": .stream { try await $0.write("x") }
      case "/socket": .webSocket { _ in }
      default: .text("")
      }
    }
    try await withServer(app, configure: { $0.serverName = "test/1" }) { server async throws in
      let client = try await server.connect()
      for path in ["/", "/error", "/stream"] {
        #expect(try await client.get(path)["server"] == "test/1")
      }
      let own = try await client.get("/own").head.lowercased().split(separator: "\r\n")
      #expect(own.filter { $0.hasPrefix("server:") } == ["server: own"])
      // What the server answers by itself.
      #expect(try await client.get("/socket")["server"] == "test/1")
      #expect(try await client.exchange("BAD\r\n\r\n")["server"] == "test/1")
      #expect(try await server.connect().upgrade("/socket")["server"] == "test/1")
    }
  }

  @Test func tellsNoNameOfItsOwnAccord() async throws {
    try await withConnection(to: HTTPHandler { _ in .text("") }) { client async throws in
      #expect(try await client.get("/")["server"] == nil)
      #expect(try await client.exchange("BAD\r\n\r\n")["server"] == nil)
    }
  }
}
