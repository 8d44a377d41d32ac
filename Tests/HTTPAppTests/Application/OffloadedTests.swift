// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OffloadedTests {
  @Test func leavesTheLoopAndComesBack() async throws {
    let journal = Journal()
    let place = MiddlewareHandler { request, next in
      let loop = isOnLoop
      journal.note(loop ? "outside: loop" : "outside: pool")
      defer { journal.note(isOnLoop ? "back: loop" : "back: pool") }
      return try await next.respond(to: request)
    }
    let app = HTTPHandler { _ in
      journal.note(isOnLoop ? "inside: loop" : "inside: pool")
      return .text("")
    }.offloaded().wrapped(by: place)
    try await app.test(.live) { client in _ = try await client.get("/") }
    #expect(journal.all == ["outside: loop", "inside: pool", "back: loop"])
  }

  @Test(arguments: TestMode.allCases)
  func passesResultsAndErrors(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      if request.path == "/error" { throw HTTPError(.conflict) }
      return .bytes(try await request.body.collect(upTo: 10))
    }.offloaded()
    try await app.test(mode) { client async throws in
      #expect(try await client.post("/", "body").text == "body")
      #expect(try await client.get("/error").status == .conflict)
    }
  }
}

private var isOnLoop: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }
