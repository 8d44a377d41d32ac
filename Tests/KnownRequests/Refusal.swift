// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A request that must be refused, and with which answer: what the tests of the parser and those of
/// the server have in common.
public struct Refusal: Sendable, CustomStringConvertible {
  public var status: Int
  /// The answer's text.
  public var reason: String
  public var request: Wire

  public var description: String { "\(status) \(request.text.debugDescription)" }

  /// Requests refused for one reason.
  public struct Class: Sendable {
    var refusals: [Refusal]

    public init(_ status: Int, _ reason: String, _ requests: [Wire]) {
      refusals = requests.map { Refusal(status: status, reason: reason, request: $0) }
    }
  }

  /// Everything that a parser refuses with small limits or none.
  public static let all: [Refusal] =
    [requestLines, targets, hosts, fields, framing, chunks].flatMap { $0.flatMap(\.refusals) }

  /// What exceeds the limits that parser and server have unless told otherwise, with bodies of at
  /// most 64 MiB.
  public static let oversized: [Refusal] = tooLarge.flatMap(\.refusals)

  /// What a parser lets through and this server has no use for.
  public static let byServer: [Refusal] = notImplemented.flatMap(\.refusals)
}

/// Bytes as a client sends them: each scalar of the text is one.
public struct Wire: Sendable, ExpressibleByStringLiteral {
  public var text: String
  /// Whether there is nothing wrong with the head.
  public var isRefusedInBody = false

  public var bytes: [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

  public init(stringLiteral text: String) { self.text = text }

  public init(_ text: String) { self.text = text }

  /// A request with this request line.
  static func line(_ line: String) -> Wire {
    Wire("\(line)\r\nHost: a\r\n\r\n")
  }

  /// A request with these field lines behind a Host.
  static func fields(_ fields: String, _ line: String = "GET / HTTP/1.1") -> Wire {
    Wire("\(line)\r\nHost: a\r\n\(fields)\r\n\r\n")
  }

  /// A request with these field lines, which should have a Host among them.
  static func host(_ fields: String, _ line: String = "GET / HTTP/1.1") -> Wire {
    Wire("\(line)\r\n\(fields)\r\n\r\n")
  }

  /// A request with this for a chunked body.
  static func chunked(_ body: String) -> Wire {
    var wire = Wire("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
    wire.isRefusedInBody = true
    return wire
  }
}
