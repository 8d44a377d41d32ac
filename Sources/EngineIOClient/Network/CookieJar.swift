// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes

/// The cookies of one server, for load balancers that tell by one which node has a session
/// (RFC 6265, without what one server and one path need not).
struct CookieJar: Sendable {
  private struct Cookie {
    var name: String
    var value: String
    var isSecure: Bool
    /// In seconds since 1970.
    var expiry: Int64?
  }

  private var cookies: [Cookie] = []

  /// No server needs as many.
  private static let maxCount = 50

  /// Takes the cookies of an answer.
  ///
  /// - Parameter now: in seconds since 1970.
  mutating func store(_ fields: HTTPFields, now: Int64) {
    for value in fields[values: .setCookie] {
      guard let cookie = Self.parse(value, now: now) else { continue }
      cookies.removeAll { $0.name == cookie.name }
      if let expiry = cookie.expiry, expiry <= now { continue }
      if cookies.count < Self.maxCount { cookies.append(cookie) }
    }
  }

  /// The value of a `cookie` field; `nil` if there are none.
  func value(isSecure: Bool, now: Int64) -> String? {
    let pairs = cookies.filter { cookie in
      (isSecure || !cookie.isSecure) && (cookie.expiry.map { $0 > now } ?? true)
    }
    guard !pairs.isEmpty else { return nil }
    return pairs.map { $0.name + "=" + $0.value }.joined(separator: "; ")
  }

  private static func parse(_ text: String, now: Int64) -> Cookie? {
    var parts = text.split(separator: ";", omittingEmptySubsequences: false).makeIterator()
    guard let pair = parts.next(), let (name, value) = split(pair), let value, !name.isEmpty
    else { return nil }
    var cookie = Cookie(name: name, value: value, isSecure: false)
    var maxAge: Int64?
    while let part = parts.next() {
      guard let (name, value) = split(part) else { continue }
      switch name.lowercased() {
      case "secure": cookie.isSecure = true
      case "max-age":
        guard let value, let seconds = Int64(value) else { continue }
        maxAge = seconds
      case "expires":
        if let value, let date = HTTPDate(parsing: value, now: now) {
          cookie.expiry = date.unixSeconds
        }
      default: break
      }
    }
    if let maxAge {
      let (sum, overflow) = now.addingReportingOverflow(maxAge)
      cookie.expiry = overflow ? nil : sum
    }
    return cookie
  }

  private static func split(_ part: Substring) -> (name: String, value: String?)? {
    let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = pieces.first else { return nil }
    return (trimmed(name), pieces.count == 2 ? trimmed(pieces[1]) : nil)
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(start[...last])
  }
}
