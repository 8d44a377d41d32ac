// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient

/// A report as it is for people.
struct PlainLine: Equatable {
  /// What it is, which decides about its colour and where it goes.
  enum Kind: Equatable {
    case received, sent, status, problem
  }

  var kind: Kind
  var text: String

  /// - Parameter encoding: how binary messages are shown.
  init(_ report: Report, encoding: BinaryEncoding) {
    switch report {
    case .connecting(let destination, let transports):
      let names = transports.map(\.rawValue).joined(separator: ", then ")
      self.init(.status, "connecting to \(destination.description) (\(names))")
    case .connected(let handshake, let transport, let after):
      let upgrades = handshake.upgrades.joined(separator: ", ")
      self.init(
        .status,
        "connected by \(transport.rawValue) in \(after.readable): session \(handshake.sid), "
          + "ping every \(handshake.pingInterval.readable) within "
          + "\(handshake.pingTimeout.readable), at most \(handshake.maxPayload) bytes"
          + (upgrades.isEmpty ? "" : ", may upgrade to " + upgrades))
    case .upgraded(let after):
      self.init(.status, "upgraded to websocket in \(after.readable)")
    case .upgradeFailed(let error, let after):
      self.init(
        .problem, "no upgrade, polling goes on; after \(after.readable): \(error.description)")
    case .ping(let after):
      self.init(.status, "ping after \(after.readable)")
    case .received(let message):
      self.init(.received, message, encoding)
    case .sent(let message, _):
      self.init(.sent, message, encoding)
    case .notSent(let why):
      self.init(.problem, "not sent: " + why)
    case .failed(let error):
      self.init(.problem, "not connected: " + error.description + error.hint)
    case .retrying(let attempt, let after):
      self.init(.status, "connecting again in \(after.readable), attempt \(attempt)")
    case .disconnected(let end, let sent, let received, let after):
      self.init(
        end.isOrderly ? .status : .problem,
        "disconnected after \(after.readable), \(sent) sent, \(received) received: "
          + end.description)
    }
  }

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = Self.harmless(text)
  }

  private init(_ kind: Kind, _ message: EngineIOMessage, _ encoding: BinaryEncoding) {
    switch message {
    case .text(let text): self.init(kind, text)
    case .binary(let bytes):
      let count = message.byteCount
      let size = "(\(count) \(count == 1 ? "byte" : "bytes"))"
      self.init(kind, count == 0 ? size : size + " " + encoding.encode(bytes))
    }
  }

  /// What came from afar must not command the terminal.
  private static func harmless(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\t": shown.append(scalar)
      case _ where scalar.properties.generalCategory == .control:
        shown += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
      default: shown.append(scalar)
      }
    }
    return String(shown)
  }
}

extension EngineIOClientError {
  /// What may help.
  fileprivate var hint: String {
    switch cause {
    case .refused where response?.status == 404:
      " (is Engine.IO elsewhere on this server? --path says where)"
    case .malformed, .unexpectedPacket: " (does this server speak Engine.IO, protocol version 4?)"
    default: ""
    }
  }
}
