// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient

/// A JSON object in one line, its members in the order in which they were added (RFC 8259).
struct JSONLine {
  private var members: [String] = []

  var text: String { "{" + members.joined(separator: ",") + "}" }

  mutating func add(_ name: String, _ value: String) {
    addRaw(name, Self.quoted(value))
  }

  mutating func add(_ name: String, _ value: Int) {
    addRaw(name, String(value))
  }

  mutating func add(_ name: String, _ values: [String]) {
    addRaw(name, "[" + values.map(Self.quoted).joined(separator: ",") + "]")
  }

  /// Adds a time in milliseconds.
  mutating func add(_ name: String, _ time: Duration) {
    addRaw(name, time.milliseconds)
  }

  private mutating func addRaw(_ name: String, _ value: String) {
    members.append(Self.quoted(name) + ":" + value)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += #"\""#
      case "\\": quoted += #"\\"#
      case "\n": quoted += #"\n"#
      case "\r": quoted += #"\r"#
      case "\t": quoted += #"\t"#
      // Controls, and what some readers take for the end of a line.
      case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value),
        "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        quoted += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension JSONLine {
  /// A report as it is for programs.
  ///
  /// - Parameter time: since the program began.
  init(_ report: Report, at time: Duration) {
    add("event", report.name)
    add("time", time)
    switch report {
    case .connecting(let destination, let transports):
      add("url", destination.description)
      add("transports", transports.map(\.rawValue))
    case .connected(let handshake, let transport, let after):
      add("ms", after)
      add("transport", transport.rawValue)
      add("sid", handshake.sid)
      add("upgrades", handshake.upgrades)
      add("pingInterval", handshake.pingInterval)
      add("pingTimeout", handshake.pingTimeout)
      add("maxPayload", handshake.maxPayload)
    case .upgraded(let after):
      add("ms", after)
      add("transport", TransportKind.websocket.rawValue)
    case .upgradeFailed(let error, let after):
      add("ms", after)
      add(error)
    case .ping(let after):
      add("ms", after)
    case .received(let message):
      add(message)
    case .sent(let message, _):
      add(message)
    case .notSent(let why):
      add("error", why)
    case .failed(let error):
      add(error)
    case .retrying(let attempt, let after):
      add("ms", after)
      add("attempt", attempt)
    case .disconnected(let end, let sent, let received, let after):
      add("ms", after)
      add("reason", end.reason.rawValue)
      add("sent", sent)
      add("received", received)
      if let error = end.error { add(error) }
    }
  }

  private mutating func add(_ message: EngineIOMessage) {
    switch message {
    case .text(let text): add("text", text)
    case .binary(let bytes): add("binary", BinaryEncoding.base64.encode(bytes))
    }
  }

  private mutating func add(_ error: EngineIOClientError) {
    add("error", error.description)
    add("step", error.step.rawValue)
    if let transport = error.transport { add("errorTransport", transport.rawValue) }
    add("cause", error.cause.name)
    if case .webSocketClosed(let code?, _) = error.cause { add("closeCode", Int(code)) }
    guard let response = error.response else { return }
    add("status", response.status)
    if let code = response.code { add("code", code) }
    if let message = response.message { add("message", message) }
  }
}

extension EngineIOClientError.Cause {
  /// The case's name.
  fileprivate var name: String {
    switch self {
    case .invalid: "invalid"
    case .connectionFailed: "connectionFailed"
    case .connectionLost: "connectionLost"
    case .timeout: "timeout"
    case .refused: "refused"
    case .malformed: "malformed"
    case .unexpectedPacket: "unexpectedPacket"
    case .tooLarge: "tooLarge"
    case .webSocketClosed: "webSocketClosed"
    case .handlerFailed: "handlerFailed"
    case .cancelled: "cancelled"
    }
  }
}
