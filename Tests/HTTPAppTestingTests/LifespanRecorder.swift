// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting

/// An application that records its life.
struct LifespanRecorder: HTTPApplication {
  private let recorded = Events()

  var events: [String] { recorded.all }

  func respond(to request: Request) async throws -> Response {
    recorded.record("request")
    return .text("served")
  }

  func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
    recorded.record("up")
    try await serve()
    recorded.record("down")
  }

  func beginGracefulShutdown() {
    recorded.record("stopping")
  }
}
