// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension StaticFiles {
  /// What caches may do with a file: the value of Cache-Control (RFC 9111 section 5.2).
  public struct CacheControl: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral {
    /// The value as it is sent.
    public let rawValue: String

    /// Creates a value from its directives, such as `private, max-age=60`.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    public init(stringLiteral value: String) {
      rawValue = value
    }

    /// Keep it, and ask before every use whether it still is the same: `no-cache`.
    public static let revalidate = CacheControl(rawValue: "no-cache")
    /// Keep nothing: `no-store`.
    public static let noStore = CacheControl(rawValue: "no-store")
    /// Keep it for a year and never ask (RFC 8246).
    public static let immutable = CacheControl(rawValue: "public, max-age=31536000, immutable")

    /// Use it without asking for so many seconds.
    public static func maxAge(seconds: Int) -> CacheControl {
      CacheControl(rawValue: "public, max-age=\(max(seconds, 0))")
    }
  }

  /// Whether a file name contains a hash, as build tools put there: at least eight lowercase
  /// hexadecimal digits between a dot or a hyphen and a dot, such as `app.3f2a9c1b.js`. A date is no
  /// hash.
  public static func hasHashedName(_ fileName: String) -> Bool {
    var digits: [UInt8] = []
    var isCandidate = false
    for byte in fileName.utf8 {
      switch byte {
      case UInt8(ascii: "."):
        if isCandidate, digits.count >= 8, !isDate(digits) { return true }
        isCandidate = true
        digits.removeAll(keepingCapacity: true)
      case UInt8(ascii: "-"):
        isCandidate = true
        digits.removeAll(keepingCapacity: true)
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
        digits.append(byte)
      default:
        isCandidate = false
      }
    }
    return false
  }

  /// `20261123`, also with a time behind it.
  private static func isDate(_ digits: [UInt8]) -> Bool {
    guard [8, 10, 12, 14].contains(digits.count) else { return false }
    var value = 0
    for digit in digits {
      guard digit <= UInt8(ascii: "9") else { return false }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    for _ in 8..<digits.count { value /= 10 }
    return (1900..<2100).contains(value / 10_000) && (1...12).contains(value / 100 % 100)
      && (1...31).contains(value % 100)
  }
}
