// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WrappedTests {
  private enum Tag: RequestValueKey { typealias Value = String }

  @Test(arguments: TestMode.allCases)
  func putsTheLastMiddlewareOutermost(mode: TestMode) async throws {
    let journal = Journal()
    let app = NotingApplication("app", journal)
      .wrapped(by: NotingMiddleware("inner", journal))
      .wrapped(by: NotingMiddleware("outer", journal))
    try await app.test(mode) { client in _ = try await client.get("/") }
    #expect(
      journal.all.filter { $0.hasSuffix("in") || $0.hasSuffix("answers") }
        == ["outer in", "inner in", "app answers"])
  }

  @Test(arguments: TestMode.allCases)
  func changesRequestsAndResponses(mode: TestMode) async throws {
    let app = HTTPHandler { .text("\($0[Tag.self] ?? "-") \($0.path)") }
      .wrapped(
        by: MiddlewareHandler { request, next in
          var inside = request
          inside[Tag.self] = "tagged"
          inside.target = "/changed"
          var response = try await next.respond(to: inside)
          response.headerFields[.server] = request.path
          return response
        })
    try await app.test(mode) { client async throws in
      let response = try await client.get("/original")
      #expect(response.text == "tagged /changed")
      #expect(response.headerFields[.server] == "/original")
    }
  }

  @Test func answersByItself() async throws {
    let journal = Journal()
    let app = NotingApplication("app", journal)
      .wrapped(by: MiddlewareHandler { _, _ in .text("no further", status: .forbidden) })
    try await app.test { client async throws in
      #expect(try await client.get("/").status == .forbidden)
    }
    #expect(!journal.all.contains("app answers"))
  }

  @Test func catchesErrorsFromInside() async throws {
    let app = HTTPHandler { _ in throw Failure(name: "inside") }
      .wrapped(
        by: MiddlewareHandler { request, next in
          do {
            return try await next.respond(to: request)
          } catch let error as Failure {
            return .text(error.name)
          }
        })
    try await app.test { client async throws in
      #expect(try await client.get("/").text == "inside")
    }
  }
}
