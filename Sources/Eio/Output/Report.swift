// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient

/// Something to tell whoever runs the program.
enum Report {
  case connecting(Destination, [TransportKind])
  /// Time: since the connection was begun.
  case connected(Handshake, TransportKind, after: Duration)
  /// Time: since the session was opened.
  case upgraded(after: Duration)
  case upgradeFailed(EngineIOClientError, after: Duration)
  /// Time: since the ping before, or since the session was opened.
  case ping(after: Duration)
  case received(EngineIOMessage)
  /// Whether it was typed just above, or else comes from a script or an option.
  case sent(EngineIOMessage, isTyped: Bool)
  case notSent(String)
  /// No session could be opened.
  case failed(EngineIOClientError)
  case retrying(attempt: Int, after: Duration)
  /// Time: since the session was opened.
  case disconnected(
    EngineIOClient.Disconnection, sent: Int, received: Int, after: Duration)
}

extension Duration {
  /// Milliseconds with three digits behind the point.
  var milliseconds: String {
    let (seconds, attoseconds) = components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let fraction = String(microseconds % 1_000)
    return "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  /// For people: the unit that fits, with three digits or so.
  var readable: String {
    let milliseconds = self / .milliseconds(1)
    func rounded(_ value: Double, _ unit: String) -> String {
      let digits: Double = value < 10 ? 100 : value < 100 ? 10 : 1
      let text = "\((value * digits).rounded() / digits)"
      return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " " + unit
    }
    return milliseconds < 1_000
      ? rounded(milliseconds, "ms") : rounded(milliseconds / 1_000, "s")
  }
}

extension Report {
  /// What programs know it by.
  var name: String {
    switch self {
    case .connecting: "connecting"
    case .connected: "connected"
    case .upgraded: "upgraded"
    case .upgradeFailed: "upgradeFailed"
    case .ping: "ping"
    case .received: "received"
    case .sent: "sent"
    case .notSent: "notSent"
    case .failed: "failed"
    case .retrying: "retrying"
    case .disconnected: "disconnected"
    }
  }
}
