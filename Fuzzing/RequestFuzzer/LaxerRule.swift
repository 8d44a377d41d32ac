// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why the subject may take a request that the oracle refuses.
struct LaxerRule: Sendable {
  var why: String
  /// What the oracle says.
  var error: String
  var holds: @Sendable (ParsedRequest) -> Bool = { _ in true }
  /// Looks at the request before, on which both agreed.
  var holdsForPrevious: @Sendable (ParsedRequest?) -> Bool = { _ in true }

  static func find(
    _ error: String, _ subject: ParsedRequest, behind previous: ParsedRequest?
  ) -> Comparison {
    for rule in all
    where rule.error == error && rule.holds(subject) && rule.holdsForPrevious(previous) {
      return .allowed(rule.why)
    }
    return .difference("takes what the oracle refuses: \(error)")
  }

  private static let all: [LaxerRule] = [
    LaxerRule(
      why: "Any token is a method (RFC 9110 section 9.1); the oracle knows a list of them.",
      error: "invalid HTTP method", holds: { !knownMethods.contains($0.method) }),
    LaxerRule(
      why: "A tab may stand around any value (RFC 9110 section 5.6.3); the oracle refuses it here.",
      error: "invalid character in content-length header",
      holds: { $0.values(of: "content-length").count == 1 }),
    LaxerRule(
      why: "The same tab behind chunked.", error: "unknown (http_parser error)",
      holds: {
        $0.values(of: "transfer-encoding").map { $0.lowercased() } == ["chunked"]
          && $0.values(of: "content-length").isEmpty
      }),
    LaxerRule(
      why:
        "A trailer does not end the connection (RFC 9110 section 6.5.1); for the oracle it does.",
      error: "data received after completed connection: close message",
      holdsForPrevious: { previous in
        previous?.values(of: "transfer-encoding").isEmpty == false
          && previous?.tokens(of: "connection").contains("close") == false
      }),
  ]

  private static let knownMethods: Set = [
    "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL",
    "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL",
    "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
    "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "QUERY",
  ]
}
