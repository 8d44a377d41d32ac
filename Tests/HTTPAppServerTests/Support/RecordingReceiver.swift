// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Synchronization

/// Records what a host tells it. To the text `wait` it answers that there is no room until the events
/// have `room`, to `close` by closing, to every other with the same.
final class RecordingReceiver: WebSocketMessageReceiver {
  let events: Events
  private let webSocket = Mutex<WebSocket?>(nil)

  init(_ events: Events) {
    self.events = events
  }

  func begin(on webSocket: WebSocket) {
    self.webSocket.withLock { $0 = webSocket }
    events.record("begin")
  }

  func receive(_ message: WebSocketMessage) -> (@Sendable () async -> Void)? {
    let webSocket = webSocket.withLock(\.self)
    switch message {
    case .text("wait"):
      events.record("wait")
      return { [events] in await events.wait(for: "room") }
    case .text("close"):
      events.record("close")
      webSocket?.close(.goingAway)
    case .text(let text):
      events.record(text)
      webSocket?.offer(message)
    case .binary:
      break
    }
    return nil
  }

  func end(_ error: WebSocketError?) {
    switch error {
    case nil: events.record("end")
    case .closed: events.record("end: closed")
    case .connectionLost: events.record("end: connection lost")
    case .protocolViolation(let code, _): events.record("end: violation \(code.rawValue)")
    }
  }
}
