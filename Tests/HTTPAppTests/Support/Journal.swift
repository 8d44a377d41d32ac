// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization

/// What happened, in order.
final class Journal: Sendable {
  private let entries = Mutex<[String]>([])

  var all: [String] { entries.withLock { $0 } }

  func note(_ entry: String) { entries.withLock { $0.append(entry) } }
}

struct Failure: Error, Equatable {
  var name = ""
}

/// Middleware that notes everything it is told.
struct NotingMiddleware: HTTPMiddleware {
  let name: String
  let journal: Journal
  var failsToStart = false
  var failsToEnd = false

  init(
    _ name: String, _ journal: Journal, failsToStart: Bool = false, failsToEnd: Bool = false
  ) {
    self.name = name
    self.journal = journal
    self.failsToStart = failsToStart
    self.failsToEnd = failsToEnd
  }

  func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    journal.note("\(name) in")
    defer { journal.note("\(name) out") }
    return try await next.respond(to: request)
  }

  func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
    if failsToStart { throw Failure(name: name) }
    journal.note("\(name) up")
    defer { journal.note("\(name) down") }
    try await serve()
    if failsToEnd { throw Failure(name: name) }
  }

  func beginGracefulShutdown() { journal.note("\(name) stopping") }
}

/// An application that notes everything it is told.
struct NotingApplication: HTTPApplication {
  let name: String
  let journal: Journal

  init(_ name: String, _ journal: Journal) {
    self.name = name
    self.journal = journal
  }

  func respond(to request: Request) async throws -> Response {
    journal.note("\(name) answers")
    return .text(name)
  }

  func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
    journal.note("\(name) up")
    defer { journal.note("\(name) down") }
    try await serve()
  }

  func beginGracefulShutdown() { journal.note("\(name) stopping") }
}
