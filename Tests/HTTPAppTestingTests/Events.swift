// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization

/// What happened, in order, and waiting for it.
final class Events: Sendable {
  private struct State {
    var all: [String] = []
    var waiting: [(event: String, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var all: [String] { state.withLock(\.all) }

  func record(_ event: String) {
    let woken = state.withLock { state in
      state.all.append(event)
      let woken = state.waiting.filter { $0.event == event }
      state.waiting.removeAll { $0.event == event }
      return woken
    }
    for (_, continuation) in woken { continuation.resume() }
  }

  func wait(for event: String) async {
    await withCheckedContinuation { continuation in
      let hasHappened = state.withLock { state in
        if state.all.contains(event) { return true }
        state.waiting.append((event, continuation))
        return false
      }
      if hasHappened { continuation.resume() }
    }
  }
}

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
