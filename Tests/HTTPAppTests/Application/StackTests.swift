// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StackTests {
  @Test(arguments: TestMode.allCases)
  func passesRequestsFromTopToBottom(mode: TestMode) async throws {
    let journal = Journal()
    let app = Stack {
      NotingMiddleware("a", journal)
      NotingMiddleware("b", journal)
      NotingMiddleware("c", journal)
      NotingApplication("app", journal)
    }
    try await app.test(mode) { client async throws in
      #expect(try await client.get("/").text == "app")
    }
    #expect(
      journal.all == [
        "a up", "b up", "c up", "app up",
        "a in", "b in", "c in", "app answers", "c out", "b out", "a out",
        "a stopping", "b stopping", "c stopping", "app stopping",
        "app down", "c down", "b down", "a down",
      ])
  }

  @Test func needsNoMiddleware() async throws {
    let app = Stack { HTTPHandler { _ in .text("alone") } }
    try await app.test { client async throws in
      #expect(try await client.get("/").text == "alone")
    }
  }

  @Test(arguments: [true, false])
  func takesMiddlewareUnderIf(isOn: Bool) async throws {
    let journal = Journal()
    let app = Stack {
      if isOn { NotingMiddleware("optional", journal) }
      NotingApplication("app", journal)
    }
    try await app.test { client in _ = try await client.get("/") }
    let optional = journal.all.filter { $0.hasPrefix("optional") }
    #expect(
      optional
        == (isOn
          ? ["up", "in", "out", "stopping", "down"].map { "optional \($0)" } : []))
    #expect(journal.all.filter { $0.hasPrefix("app") }.count == 4)
  }

  @Test(arguments: [true, false])
  func choosesBetweenMiddlewares(isFirst: Bool) async throws {
    let journal = Journal()
    let app = Stack {
      if isFirst {
        NotingMiddleware("chosen", journal)
      } else {
        MiddlewareHandler { request, next in
          var response = try await next.respond(to: request)
          response.status = .accepted
          return response
        }
      }
      NotingApplication("app", journal)
    }
    try await app.test { client async throws in
      let response = try await client.get("/")
      #expect(response.status == (isFirst ? .ok : .accepted))
    }
    #expect(journal.all.contains("chosen in") == isFirst)
  }

  @Test(arguments: ["one", "two", "three"])
  func choosesBetweenApplications(choice: String) async throws {
    let journal = Journal()
    let app = Stack {
      NotingMiddleware("outer", journal)
      switch choice {
      case "one": NotingApplication("one", journal)
      case "two": HTTPHandler { _ in .text("two") }
      default: AnyHTTPApplication(NotingApplication("three", journal))
      }
    }
    try await app.test { client async throws in
      #expect(try await client.get("/").text == choice)
    }
  }

  @Test func nests() async throws {
    let journal = Journal()
    let inner = Stack {
      NotingMiddleware("inner", journal)
      NotingApplication("app", journal)
    }
    let app = Stack {
      NotingMiddleware("outer", journal)
      inner
    }
    try await app.test { client in _ = try await client.get("/") }
    #expect(journal.all.prefix(5) == ["outer up", "inner up", "app up", "outer in", "inner in"])
  }

  // MARK: Lifespan

  @Test(arguments: TestMode.allCases)
  func doesNotStartWhatIsInsideOfAFailure(mode: TestMode) async throws {
    let journal = Journal()
    let app = Stack {
      NotingMiddleware("a", journal)
      NotingMiddleware("b", journal, failsToStart: true)
      NotingApplication("app", journal)
    }
    await #expect(throws: Failure(name: "b")) {
      try await app.test(mode) { _ in journal.note("served") }
    }
    #expect(journal.all == ["a up", "a down"])
  }

  @Test(arguments: TestMode.allCases)
  func endsWithTheErrorOfATeardown(mode: TestMode) async throws {
    let journal = Journal()
    let app = Stack {
      NotingMiddleware("a", journal)
      NotingMiddleware("b", journal, failsToEnd: true)
      NotingApplication("app", journal)
    }
    await #expect(throws: Failure(name: "b")) {
      try await app.test(mode) { _ in journal.note("served") }
    }
    #expect(journal.all.suffix(3) == ["app down", "b down", "a down"])
    #expect(journal.all.contains("served"))
  }
}
