// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec

/// A cookie (RFC 6265) that carries a session's id, for load balancers that keep a client at one
/// node by it. Sent with the answer to the handshake, on polling and WebSocket alike; the server
/// itself never reads it.
///
/// A string literal is a cookie of that name with the defaults: `cookie: "io"` is
/// `io=<id>; Path=/; HttpOnly; SameSite=Lax`.
///
/// Pages of another site send a cookie only with `SameSite=None`, which browsers accept only
/// together with `Secure`, and only if `EngineIOServer.Configuration.allowCredentials` is on.
public struct EngineIOCookie: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The name: a token (RFC 9110 section 5.6.2).
  public var name: String
  /// The path that the cookie is for, and what is below it; `nil` leaves it to the browser.
  public var path: String?
  /// The domain that the cookie is for, with its subdomains; `nil` is the host alone.
  public var domain: String?
  /// How long the cookie lives, in whole seconds, rounded down; `nil` is until the browser ends.
  public var maxAge: Duration?
  /// When the cookie dies, in seconds since 1970-01-01T00:00:00Z; `maxAge` goes before it.
  public var expires: Int64?
  /// Whether scripts do not see the cookie.
  public var httpOnly: Bool
  /// Whether only requests by HTTPS carry the cookie.
  public var secure: Bool
  /// Whether each site that embeds the server has a cookie of its own (CHIPS); needs `secure`.
  public var partitioned: Bool
  /// Which cookies a browser that has too many forgets last; `nil` says nothing. Only some browsers
  /// look at it.
  public var priority: Priority?
  /// Which sites' requests carry the cookie; `nil` leaves it to the browser.
  public var sameSite: SameSite?

  /// How long a browser that has too many cookies keeps one.
  public enum Priority: String, Sendable, Hashable {
    /// Forgotten first.
    case low = "Low"
    /// As without a priority.
    case medium = "Medium"
    /// Forgotten last.
    case high = "High"
  }

  /// Which sites' requests carry a cookie (RFC 6265bis, section 4.1.2.7).
  public enum SameSite: String, Sendable, Hashable {
    /// Those of the same site.
    case strict = "Strict"
    /// Those of the same site, and following a link to it.
    case lax = "Lax"
    /// Those of any site; needs `secure`.
    case none = "None"
  }

  /// Creates a cookie. Names and values are checked where the cookie is used: see
  /// `EngineIOServer.Configuration`.
  public init(
    _ name: String, path: String? = "/", domain: String? = nil, maxAge: Duration? = nil,
    expires: Int64? = nil, httpOnly: Bool = true, secure: Bool = false, partitioned: Bool = false,
    priority: Priority? = nil, sameSite: SameSite? = .lax
  ) {
    self.name = name
    self.path = path
    self.domain = domain
    self.maxAge = maxAge
    self.expires = expires
    self.httpOnly = httpOnly
    self.secure = secure
    self.partitioned = partitioned
    self.priority = priority
    self.sameSite = sameSite
  }

  /// Creates a cookie of this name with the defaults.
  public init(stringLiteral name: String) {
    self.init(name)
  }

  /// What is wrong with the cookie; `nil` if it can be sent.
  var problem: EngineIOCookieError? {
    if name.isEmpty || !name.utf8.allSatisfy(Self.isTokenCharacter) {
      return EngineIOCookieError(attribute: "name", value: name)
    }
    if let path, path.utf8.first != UInt8(ascii: "/") || !Self.isAttributeValue(path) {
      return EngineIOCookieError(attribute: "Path", value: path)
    }
    if let domain, domain.isEmpty || !Self.isAttributeValue(domain) {
      return EngineIOCookieError(attribute: "Domain", value: domain)
    }
    if let maxAge, maxAge < .zero {
      return EngineIOCookieError(attribute: "Max-Age", value: "\(maxAge)")
    }
    return nil
  }

  /// The value of `set-cookie`, attributes in the order of the JavaScript server.
  ///
  /// - Throws: `EngineIOCookieError` if the name or an attribute cannot be sent.
  func field(_ id: SessionID) throws(EngineIOCookieError) -> String {
    if let problem { throw problem }
    var field = name + "=" + id.rawValue
    if let maxAge { field += "; Max-Age=" + String(maxAge.components.seconds) }
    if let domain { field += "; Domain=" + domain }
    if let path { field += "; Path=" + path }
    if let expires { field += "; Expires=" + HTTPDate(unixSeconds: expires).description }
    if httpOnly { field += "; HttpOnly" }
    if secure { field += "; Secure" }
    if partitioned { field += "; Partitioned" }
    if let priority { field += "; Priority=" + priority.rawValue }
    if let sameSite { field += "; SameSite=" + sameSite.rawValue }
    return field
  }

  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// `av-octet` of RFC 6265bis: visible ASCII and spaces, without the semicolon.
  private static func isAttributeValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ";") }
  }
}

/// A cookie that cannot be sent, because its name or an attribute has characters or a value that
/// RFC 6265 does not allow.
public struct EngineIOCookieError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `name`, or the attribute.
  public let attribute: String
  /// The value that is refused.
  public let value: String

  public var description: String { "\(attribute) of a session cookie cannot be \"\(value)\"" }
}
