// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What `--proxy /api=http://localhost:3000` says: which requests go to a backend, and to which one.
///
/// A request for the path, or for anything below it, goes to the same path there. Where the backend's
/// URL has a path of its own, be it only `/`, that one takes the place of the rule's:
///
/// | rule | `/api/users` becomes |
/// |---|---|
/// | `/api=http://localhost:3000` | `http://localhost:3000/api/users` |
/// | `/api=http://localhost:3000/` | `http://localhost:3000/users` |
/// | `/api=http://localhost:3000/v1` | `http://localhost:3000/v1/users` |
public struct ProxyRule: Sendable, Hashable {
  /// The path whose requests are passed on, without a slash at its end; empty for every path.
  public let path: String
  /// `http` or `https`.
  public let scheme: String
  /// The backend's host, without the brackets of an IPv6 address.
  public let host: String
  /// The backend's port.
  public let port: Int
  /// What takes the place of ``path``, without a slash at its end; nil: it stays.
  public let replacement: String?

  /// Reads a rule as it is written on the command line.
  ///
  /// - Throws: ``ProxyRuleError``, which says what is wrong with it.
  public init(_ text: String) throws(ProxyRuleError) {
    guard let equals = text.firstIndex(of: "=") else { throw .init(text, "has no =") }
    let path = text[..<equals]
    guard path.first == "/" else { throw .init(text, "has a path without a slash before it") }
    guard !path.contains(where: { "?#% ".contains($0) }) else {
      throw .init(text, "has a path with one of ?, #, % and space")
    }
    let url = text[text.index(after: equals)...]
    guard let colon = url.firstRange(of: "://") else { throw .init(text, "has no http://") }
    scheme = url[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw .init(text, "is for \(scheme)://, and only http:// and https:// can be passed on to")
    }
    let rest = url[colon.upperBound...]
    guard !rest.contains(where: { "?#@ ".contains($0) }) else {
      throw .init(text, "has a URL with one of ?, #, @ and space")
    }
    let authority = rest.prefix { $0 != "/" }
    guard let (host, port) = Self.split(authority, scheme: scheme) else {
      throw .init(text, "has no host or no port that exists")
    }
    self.host = host
    self.port = port
    self.path = Self.withoutFinalSlashes(path)
    let replacement = rest.dropFirst(authority.count)
    self.replacement = replacement.isEmpty ? nil : Self.withoutFinalSlashes(replacement)
  }

  /// The backend's host and port as they stand in URLs; the port only where it is not the scheme's.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == Self.defaultPort(scheme) ? name : "\(name):\(port)"
  }

  /// The backend's origin (RFC 6454).
  var origin: String { "\(scheme)://\(authority)" }

  private static func defaultPort(_ scheme: String) -> Int { scheme == "https" ? 443 : 80 }

  private static func split(
    _ authority: Substring, scheme: String
  ) -> (host: String, port: Int)? {
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
    if rest.isEmpty { return (String(host), defaultPort(scheme)) }
    guard rest.removeFirst() == ":", let port = UInt16(rest), port > 0 else { return nil }
    return (String(host), Int(port))
  }

  private static func withoutFinalSlashes(_ path: Substring) -> String {
    var path = path
    while path.last == "/" { path.removeLast() }
    return String(path)
  }
}

/// Why a text is no ``ProxyRule``.
public struct ProxyRuleError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ text: String, _ problem: String) {
    description =
      "\(text) \(problem). It has to be a path, = and the URL of a backend, such as "
      + "/api=http://localhost:3000"
  }
}
