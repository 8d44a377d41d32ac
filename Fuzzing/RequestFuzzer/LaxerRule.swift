// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why the subject may take a request that the oracle refuses.
struct LaxerRule: Sendable {
  var why: String
  /// What the oracle says.
  var error: String
  var holds: @Sendable (ParsedRequest) -> Bool

  static func find(_ error: String, _ subject: ParsedRequest) -> Comparison {
    for rule in all where rule.error == error && rule.holds(subject) {
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
  ]

  private static let knownMethods: Set = [
    "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL",
    "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL",
    "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
    "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "QUERY",
  ]
}
