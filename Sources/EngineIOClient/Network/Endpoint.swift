// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPTypes

/// Where an Engine.IO server is: what is the same in the URLs of all requests.
struct Endpoint: Sendable, Hashable {
  var isSecure: Bool
  /// Without the brackets of an IPv6 literal.
  var host: String
  var port: Int
  var path: String
  /// What the application has in the query, without what the protocol puts there.
  var query: String
  /// User and password of the URL, percent-encoded.
  var userInfo: String?

  /// Takes a URL apart (RFC 3986); `ws` and `wss` are as good as `http` and `https`.
  ///
  /// - Parameter path: the server's path; `nil` keeps that of the URL.
  init(url: String, path: String?) throws(EngineIOClientError) {
    func invalid(_ why: String) -> EngineIOClientError {
      EngineIOClientError(.configuration, .invalid(why))
    }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw invalid("URL with characters that must be percent-encoded")
    }
    guard let separator = url.firstRange(of: "://") else { throw invalid("URL without scheme") }
    switch url[..<separator.lowerBound].lowercased() {
    case "http", "ws": isSecure = false
    case "https", "wss": isSecure = true
    default: throw invalid("URL with a scheme other than http, https, ws and wss")
    }
    var rest = url[separator.upperBound...]
    if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
    query = ""
    if let mark = rest.firstIndex(of: "?") {
      query = Self.withoutProtocolItems(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    let urlPath = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
    var authority = rest.dropLast(urlPath.count)
    if let at = authority.lastIndex(of: "@") {
      userInfo = String(authority[..<at])
      authority = authority[authority.index(after: at)...]
    }
    guard let (host, port) = Self.hostAndPort(authority, isSecure ? 443 : 80) else {
      throw invalid("URL without a usable host and port")
    }
    (self.host, self.port) = (host, port)
    if let path {
      guard urlPath.isEmpty || urlPath == "/" || urlPath == path else {
        throw invalid("URL with a path: the server's path is set in the configuration")
      }
      guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "?") }) else {
        throw invalid("path with characters that must be percent-encoded")
      }
      self.path = path.hasPrefix("/") ? path : "/" + path
    } else {
      self.path = urlPath.isEmpty ? "/" : String(urlPath)
    }
  }

  private static func hostAndPort(
    _ authority: Substring, _ defaultPort: Int
  ) -> (String, Int)? {
    let host: Substring
    var rest: Substring
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
    } else {
      host = authority.prefix { $0 != ":" }
      rest = authority.dropFirst(host.count)
    }
    guard !host.isEmpty else { return nil }
    guard !rest.isEmpty else { return (String(host), defaultPort) }
    guard rest.removeFirst() == ":" else { return nil }
    if rest.isEmpty { return (String(host), defaultPort) }
    guard rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(rest),
      (1...65535).contains(port)
    else { return nil }
    return (String(host), port)
  }

  /// What the client itself puts into every query; twice would be refused.
  private static func withoutProtocolItems(_ query: Substring) -> String {
    query.split(separator: "&").filter { item in
      switch item.prefix(while: { $0 != "=" }) {
      case "EIO", "transport", "sid", "t": false
      default: true
      }
    }.joined(separator: "&")
  }
}

// MARK: - Requests

extension Endpoint {
  /// The host as it stands in URLs.
  private var urlHost: String { host.contains(":") ? "[" + host + "]" : host }

  /// Host and port as they stand in a `host` field, the port only if it is not that of the scheme.
  var authority: String {
    port == (isSecure ? 443 : 80) ? urlHost : urlHost + ":" + String(port)
  }

  /// Host and port as a proxy is asked for them.
  var tunnelAuthority: String { urlHost + ":" + String(port) }

  /// The origin and the path, which is what a server is known by.
  var identity: String { (isSecure ? "https://" : "http://") + authority + path }

  func hasSameOrigin(as other: Endpoint) -> Bool {
    isSecure == other.isSecure && host == other.host && port == other.port
  }

  /// The request target.
  func target(_ transport: TransportKind, sid: String?, timestamp: String?) -> String {
    var target = path + "?"
    if !query.isEmpty { target += query + "&" }
    target += "EIO=4&transport=" + transport.rawValue
    if let timestamp { target += "&t=" + timestamp }
    if let sid { target += "&sid=" + Self.percentEncoded(sid) }
    return target
  }

  func url(_ target: String) -> String {
    (isSecure ? "https://" : "http://") + authority + target
  }

  /// The value of an `authorization` field for the user and password of the URL (RFC 7617).
  var basicAuthorization: String? {
    userInfo.map { "Basic " + BasicCredentials.encode(Self.percentDecoded($0)) }
  }

  /// Where a redirect leads (RFC 9110, section 10.2.2).
  func redirected(to location: String) throws(EngineIOClientError) -> Endpoint {
    if location.firstRange(of: "://") != nil { return try Endpoint(url: location, path: nil) }
    let origin = (isSecure ? "https://" : "http://") + authority
    if location.hasPrefix("//") {
      return try Endpoint(url: (isSecure ? "https:" : "http:") + location, path: nil)
    }
    if location.hasPrefix("/") { return try Endpoint(url: origin + location, path: nil) }
    if location.hasPrefix("?") { return try Endpoint(url: origin + path + location, path: nil) }
    let directory = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
    return try Endpoint(url: origin + directory + location, path: nil)
  }

  private static func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        encoded += byte < 16 ? "%0" : "%"
        encoded += String(byte, radix: 16, uppercase: true)
      }
    }
    return encoded
  }

  private static func percentDecoded(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Substring(text).utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(Substring(rest.prefix(2)), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

/// Credentials of basic authentication (RFC 7617, section 2).
enum BasicCredentials {
  static func encode(_ credentials: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: credentials.count, by: 3) {
      let group = credentials[start..<min(start + 3, credentials.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        let digit = digits[Int(bits >> UInt32(18 - 6 * index)) & 63]
        text.append(index <= group.count ? digit : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
