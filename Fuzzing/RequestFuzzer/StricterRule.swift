// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why the subject may refuse what the oracle takes. One rule for each reason that it gives.
///
/// Where the oracle has read the request, `holds` looks at what it read, so that a refusal without
/// its ground is found; where it is still waiting for bytes there is nothing to look at.
struct StricterRule: Sendable {
  var why: String
  var holds: @Sendable (ParsedRequest) -> Bool = { _ in true }
  /// Looks at what the subject had not taken: the whole head, if that was at fault.
  var holdsForRest: @Sendable ([UInt8]) -> Bool = { _ in true }

  static func find(
    _ reason: String, _ oracle: ParsedRequest?, rest: [UInt8]
  ) -> Comparison {
    guard let rule = all[reason] else {
      return .difference("refuses what the oracle takes: \(reason)")
    }
    if !(oracle.map(rule.holds) ?? true) || !rule.holdsForRest(rest) {
      return .difference("refuses without ground: \(reason)")
    }
    return .allowed(reason)
  }

  private static let all: [String: StricterRule] = requestLine.merging(fields) { one, _ in one }
    .merging(framing) { one, _ in one }.merging(chunks) { one, _ in one }
    .merging(limits) { one, _ in one }

  private static let requestLine: [String: StricterRule] = [
    "Too many empty lines stand before the request.": .init(
      why: "RFC 9112 section 2.2 speaks of an empty line, not of a flood of them."),
    "The method is longer than any known method.": .init(
      why: "The oracle waits: it knows a list of methods, and where they are as long, others."),
    "The request line has no HTTP version.": .init(
      why: "HTTP/0.9, for which the oracle goes on to read a head.", holds: { _ in false }),
    "HTTP/0.9 is not spoken here.": .init(
      why: "The oracle tells at the end of the head.", holds: { _ in false }),
    "Only HTTP/1.0 and HTTP/1.1 are spoken here.": .init(
      why: "The oracle tells at the end of the head.", holds: { _ in false }),
    "The HTTP version is malformed.": .init(
      why:
        "RFC 9112 section 3 has one space before it, the oracle takes several; it knows RTSP/ and ICE/ too.",
      holdsForRest: { head in
        let version = head.split(separator: 0x20).dropFirst(2).first
        return hasSeveralSpaces(head) || version?.first.map("RI".utf8.contains) ?? false
      }),
    "The request target is empty.": .init(
      why: "RFC 9112 section 3 has one space before the target; the oracle takes several.",
      holdsForRest: hasSeveralSpaces),
    "The method contains an invalid byte.": .init(
      why: "A bare LF is no empty line; before a request line the oracle passes over any.",
      holdsForRest: { $0.first == UInt8(ascii: "\n") }),
    "A carriage return is not followed by a line feed.": .init(
      why: "A bare CR is no empty line; before a request line the oracle passes over any.",
      holdsForRest: { $0.first == UInt8(ascii: "\r") }),
    "CONNECT needs a host and a port as its target.": .init(
      why: "RFC 9110 section 9.3.6; the oracle does not read targets.",
      holds: { $0.method == "CONNECT" }),
    "Only OPTIONS may have the target *.": .init(
      why: "RFC 9112 section 3.2.4; the oracle does not read targets.",
      holds: { $0.target == "*" && $0.method != "OPTIONS" }),
    "The request target is neither a path nor an http URI.": .init(
      why: "Other schemes are a proxy's business; the oracle takes every scheme.",
      holds: { !$0.target.hasPrefix("/") && $0.target != "*" }),
    "The authority in the request target is malformed.": .init(
      why: "As for Host; the oracle takes user information and any bytes.",
      holds: { request in
        !request.target.hasPrefix("/")
          && !isPlainAuthority(request.target.authorityOfAbsoluteForm ?? "")
      }),
    "The request target has a fragment.": .init(
      why: "RFC 9112 section 3.2 has none in any form; the oracle takes it.",
      holds: { $0.target.contains("#") }),
    "The request target contains a backslash.": .init(
      why: "RFC 3986 does not allow it, and some take it for a slash.",
      holds: { $0.target.contains("\\") }),
    "The request target contains a byte outside ASCII.": .init(
      why: "RFC 3986 does not allow it.", holds: { !$0.target.utf8.allSatisfy { $0 < 0x80 } }),
    "The request target contains a control byte or white space.": .init(
      why: "RFC 3986 does not allow it.",
      holds: { !$0.target.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }),
  ]

  private static let fields: [String: StricterRule] = [
    "The Host field is missing.": .init(
      why: "RFC 9112 section 3.2; the oracle leaves it to its user.",
      holds: { $0.isHTTP1_1 && $0.values(of: "host").isEmpty }),
    "There is more than one Host field.": .init(
      why: "RFC 9112 section 3.2; the oracle leaves it to its user.",
      holds: { $0.values(of: "host").count > 1 }),
    "The Host field is not a host with an optional port.": .init(
      why: "RFC 9112 section 3.2; the oracle leaves it to its user.",
      holds: { !$0.values(of: "host").allSatisfy(isPlainAuthority) }),
    "The Host field differs from the authority in the request target.": .init(
      why: "RFC 9112 section 3.2.2 has them equal, and a proxy may have looked at the other one.",
      holds: { request in
        let host = request.values(of: "host").first?.lowercased()
        let authority =
          request.method == "CONNECT" ? request.target : request.target.authorityOfAbsoluteForm
        return host != authority?.lowercased()
      }),
    "A field that has a single value is repeated.": .init(
      why: "RFC 9110 section 5.3; another recipient may take the other value.",
      holds: {
        $0.values(of: "content-type").count > 1 || $0.values(of: "authorization").count > 1
      }),
    "The expectation is not supported.": .init(
      why: "RFC 9110 section 10.1.1; the oracle leaves it to its user.",
      holds: { request in
        !request.values(of: "expect").allSatisfy { $0.lowercased() == "100-continue" }
      }),
    "A WebSocket handshake has a body.": .init(
      why: "What follows the handshake is either a body or frames; RFC 6455 has no body there.",
      holds: { $0.offersUpgrade }),
    "A field value contains a control byte.": .init(
      why: "RFC 9110 section 5.5; the oracle takes most of them.",
      holds: { request in
        !request.fields.allSatisfy {
          $0.value.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }
        }
      }),
  ]

  private static let framing: [String: StricterRule] = [
    "HTTP/1.0 has no Transfer-Encoding.": .init(
      why: "RFC 9112 section 6.1: treat its framing as faulty.",
      holds: { !$0.isHTTP1_1 && !$0.values(of: "transfer-encoding").isEmpty }),
    "Both Transfer-Encoding and Content-Length are present.": .init(
      why: "RFC 9112 section 6.3.",
      holds: {
        !$0.values(of: "transfer-encoding").isEmpty && !$0.values(of: "content-length").isEmpty
      }),
    "There is more than one Transfer-Encoding field.": .init(
      why: "Nobody sends it but to confuse.",
      holds: { $0.values(of: "transfer-encoding").count > 1 }),
    "The Transfer-Encoding is malformed.": .init(
      why: "RFC 9112 section 6.1; the oracle looks for the last coding only.",
      holds: { $0.values(of: "transfer-encoding").first?.lowercased() != "chunked" }),
    "The coding chunked is not the last one.": .init(
      why: "RFC 9112 section 6.1; the oracle looks for the last coding only.",
      holds: { $0.tokens(of: "transfer-encoding").dropLast().contains("chunked") }),
    "The transfer coding is not implemented.": .init(
      why: "RFC 9112 section 6.1; the oracle leaves codings before chunked to its user.",
      holds: { $0.values(of: "transfer-encoding").first?.lowercased() != "chunked" }),
    "There is more than one Content-Length field.": .init(
      why: "RFC 9112 section 6.3 allows one.",
      holds: { $0.values(of: "content-length").count > 1 }),
    "The Content-Length is not a decimal number.": .init(
      why: "Leading zeros are octal to some; the oracle takes them.",
      holds: { request in
        !request.values(of: "content-length").allSatisfy {
          $0 == "0" || !$0.isEmpty && $0.first != "0" && $0.utf8.allSatisfy { 48...57 ~= $0 }
        }
      }),
    "The Content-Length is too large a number.": .init(
      why: "The oracle counts to 2^64, Swift's arrays to 2^63.",
      holds: { request in request.values(of: "content-length").contains { Int($0) == nil } }),
  ]

  private static let chunks: [String: StricterRule] = [
    "The chunk size has too many digits.": .init(
      why: "Leading zeros without end are sent to waste time."),
    "The chunk size is too large a number.": .init(
      why: "The oracle counts to 2^64, Swift's arrays to 2^63."),
    "The chunk sizes add up to too large a number.": .init(
      why: "The oracle does not add them up."),
    "The chunk size is not a hexadecimal number.": .init(
      why: "The oracle lets a space stand behind it."),
    "A chunk extension is malformed.": .init(
      why: "RFC 9112 section 7.1.1; the oracle passes over them."),
    "A chunk extension contains a control byte.": .init(
      why: "RFC 9110 section 5.6.4; the oracle passes over them."),
    "A trailer field is about framing.": .init(
      why: "RFC 9110 section 6.5.1, and some merge trailers into the header fields.",
      holds: { request in
        !request.isComplete
          || request.trailers.contains {
            ["content-length", "transfer-encoding"].contains($0.name)
          }
      }),
  ]

  private static let limits: [String: StricterRule] = Dictionary(
    uniqueKeysWithValues: [
      "The request line and header fields are larger than the limit.",
      "The message has too many fields.",
      "The request target is longer than the limit.",
      "The request body is larger than the limit.",
      "The chunk extensions are larger than the limit.",
      "The chunks are too small for their framing.",
      "The trailer fields are larger than the limit.",
    ].map { ($0, StricterRule(why: "The oracle's limits are other ones, or it has none.")) })

  private static func hasSeveralSpaces(_ head: [UInt8]) -> Bool {
    zip(head, head.dropFirst()).contains { $0 == 0x20 && $1 == 0x20 }
  }

  /// The usual hosts, told in another way than the parser does: names, IPv4, ports; of literals
  /// in brackets only that they are some.
  private static func isPlainAuthority(_ text: String) -> Bool {
    if text.hasPrefix("[") { return false }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return false }
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
    guard host.utf8.allSatisfy(allowed.contains) else { return false }
    guard let port = parts.dropFirst().first, !port.isEmpty else { return true }
    return port.count <= 5 && port.utf8.allSatisfy { 48...57 ~= $0 } && Int(port)! <= 65535
  }
}

extension String {
  /// What stands between `//` and the path.
  fileprivate var authorityOfAbsoluteForm: String? {
    let parts = split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].hasSuffix(":"), parts[1].isEmpty else { return nil }
    return String(parts[2].prefix { $0 != "/" && $0 != "?" })
  }
}
