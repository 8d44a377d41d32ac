// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Testing

/// What every wrapper owes to what it wraps: requests, life and shutdown reach it exactly once.
@Suite(.timeLimit(.minutes(1)))
struct StackComponentsTests {
  struct Wrapper: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let wrap: @Sendable (NotingApplication, Journal) -> any HTTPApplication
  }

  static let wrappers: [Wrapper] = [
    Wrapper(testDescription: "Stack") { app, _ in Stack { app } },
    Wrapper(testDescription: "Stack with an application under if") { app, _ in
      Stack { if app.name.isEmpty { HTTPHandler { _ in .notFound } } else { app } }
    },
    Wrapper(testDescription: "Stack with an application under else") { app, _ in
      Stack { if app.name.isEmpty { app } else { app.offloaded() } }
    },
    Wrapper(testDescription: "AnyHTTPApplication") { app, _ in AnyHTTPApplication(app) },
    Wrapper(testDescription: "AnyHTTPApplication twice") { app, _ in
      AnyHTTPApplication(AnyHTTPApplication(app))
    },
    Wrapper(testDescription: "Offloaded") { app, _ in app.offloaded() },
    Wrapper(testDescription: "Wrapped") { app, journal in
      app.wrapped(by: NotingMiddleware("m", journal))
    },
    Wrapper(testDescription: "Wrapped in a closure") { app, _ in
      app.wrapped(by: MiddlewareHandler { try await $1.respond(to: $0) })
    },
    Wrapper(testDescription: "Pair") { app, journal in
      Stack {
        NotingMiddleware("m", journal)
        NotingMiddleware("m2", journal)
        app
      }
    },
    Wrapper(testDescription: "Optional that is there") { app, journal in
      Stack {
        if !app.name.isEmpty { NotingMiddleware("m", journal) }
        app
      }
    },
    Wrapper(testDescription: "Optional that is not") { app, journal in
      Stack {
        if app.name.isEmpty { NotingMiddleware("never", journal) }
        app
      }
    },
    Wrapper(testDescription: "First of either") { app, journal in
      Stack {
        if !app.name.isEmpty {
          NotingMiddleware("m", journal)
        } else {
          MiddlewareHandler { _, _ in .notFound }
        }
        app
      }
    },
    Wrapper(testDescription: "Second of either") { app, journal in
      Stack {
        if app.name.isEmpty {
          MiddlewareHandler { _, _ in .notFound }
        } else {
          NotingMiddleware("m", journal)
        }
        app
      }
    },
  ]

  @Test(arguments: wrappers, TestMode.allCases)
  func forwardsEverythingOnce(wrapper: Wrapper, mode: TestMode) async throws {
    let journal = Journal()
    let app = AnyHTTPApplication(wrapper.wrap(NotingApplication("app", journal), journal))
    try await app.test(mode) { client async throws in
      #expect(try await client.get("/").text == "app")
    }
    #expect(
      journal.all.filter { $0.hasPrefix("app ") }
        == ["app up", "app answers", "app stopping", "app down"])
    for name in ["m", "m2"] where journal.all.contains("\(name) up") {
      #expect(
        journal.all.filter { $0.hasPrefix("\(name) ") }
          == ["up", "in", "out", "stopping", "down"].map { "\(name) \($0)" })
    }
    #expect(!journal.all.contains { $0.hasPrefix("never") })
  }

  @Test(arguments: wrappers)
  func passesErrorsOn(wrapper: Wrapper) async throws {
    let journal = Journal()
    let app = wrapper.wrap(NotingApplication("app", journal), journal)
    await #expect(throws: Failure(name: "serve")) {
      try await app.withLifespan { throw Failure(name: "serve") }
    }
    #expect(journal.all.filter { $0.hasPrefix("app ") } == ["app up", "app down"])
  }
}
