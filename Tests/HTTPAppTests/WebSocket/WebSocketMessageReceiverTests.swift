// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Synchronization
import Testing

@testable import HTTPApp

@Suite(.timeLimit(.minutes(1)))
struct WebSocketMessageReceiverTests {
  @Test(arguments: TestMode.allCases)
  func everyHostTellsTheSame(mode: TestMode) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .webSocket(options: WebSocketOptions(), receiver: Receiver(events))
    }
    try await app.test(mode) { client in
      try await client.webSocket("/") { socket in
        try await socket.send("a")
        try await socket.send("b")
      }
      await events.wait(for: "end")
      #expect(events.all == ["begin", "a", "room", "b", "room", "end"])
    }
  }

  @Test(arguments: TestMode.allCases)
  func aHandlerThatIsPutInItsPlaceRuns(mode: TestMode) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      let response = Response.webSocket(options: WebSocketOptions(), receiver: Receiver(events))
      guard case .webSocket(var upgrade) = response.body.kind else { return response }
      upgrade.handler = { _ in events.record("handler") }
      return Response(status: response.status, body: .webSocket(upgrade))
    }
    try await app.test(mode) { client in
      try await client.webSocket("/") { _ in await events.wait(for: "handler") }
      #expect(events.all == ["handler"])
    }
  }

  /// Has no room after any message until it was asked for.
  private final class Receiver: WebSocketMessageReceiver {
    let events: Events

    init(_ events: Events) {
      self.events = events
    }

    func begin(on webSocket: WebSocket) { events.record("begin") }

    func receive(_ message: WebSocketMessage) -> (@Sendable () async -> Void)? {
      if case .text(let text) = message { events.record(text) }
      return { [events] in events.record("room") }
    }

    func end(_ error: WebSocketError?) { events.record("end") }
  }
}
