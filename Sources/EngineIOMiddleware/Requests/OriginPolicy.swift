// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

/// Decides about origins (RFC 6454) and tells browsers (the CORS protocol of the Fetch standard).
struct OriginPolicy: Sendable {
  private let allowed: AllowedOrigins
  private let allowsCredentials: Bool
  private let trustsForwardedHeaders: Bool

  init(_ configuration: EngineIOServer.Configuration) {
    allowed = configuration.allowedOrigins
    allowsCredentials = configuration.allowCredentials
    trustsForwardedHeaders = configuration.trustForwardedHeaders
  }

  enum Decision {
    case refused
    /// Go on, and add these fields to the answer.
    case allowed(HTTPFields?)
  }

  func decide(_ request: Request) -> Decision {
    let origin: String?
    switch allowed {
    case .unchecked:
      return .allowed(nil)
    case .sameOrigin:
      // Browsers need no permission for it, so the answers carry none.
      guard let origin = request.headerValue(.origin) else { return .allowed(nil) }
      return isSameOrigin(origin, request) ? .allowed(nil) : .refused
    case .only(let origins):
      origin = request.headerValue(.origin)
      if let origin, !origins.contains(origin), !isSameOrigin(origin, request) { return .refused }
    case .matching(let isAllowed):
      origin = request.headerValue(.origin)
      if let origin, !isAllowed(origin, request) { return .refused }
    case .any:
      // With credentials the wildcard has no effect, so the origin itself has to be named.
      guard allowsCredentials else { return .allowed(Self.wildcard) }
      origin = request.headerValue(.origin)
    }
    guard let origin else { return .allowed(Self.vary) }
    var fields = Self.vary
    fields[.accessControlAllowOrigin] = origin
    if allowsCredentials { fields[.accessControlAllowCredentials] = "true" }
    return .allowed(fields)
  }

  /// The answer to a preflight request.
  func preflight(_ request: Request, fields: HTTPFields?) -> Response {
    var fields = fields ?? [:]
    fields[.allow] = "GET, POST, OPTIONS"
    if fields[.accessControlAllowOrigin] != nil {
      fields[.accessControlAllowMethods] = "GET, POST, OPTIONS"
      if let wanted = request.headerValue(.accessControlRequestHeaders) {
        fields[.accessControlAllowHeaders] = wanted
        fields.append(HTTPField(name: .vary, value: "access-control-request-headers"))
      }
      fields[.accessControlMaxAge] = "600"
    }
    return Response(status: .noContent, headerFields: fields)
  }

  private static let wildcard: HTTPFields = [.accessControlAllowOrigin: "*"]
  private static let vary: HTTPFields = [.vary: "origin"]

  private func isSameOrigin(_ origin: String, _ request: Request) -> Bool {
    guard trustsForwardedHeaders else {
      return request.authority.map { isOrigin(origin, request.scheme, $0) } ?? false
    }
    let scheme = firstOf(request.headerValue(.forwardedProto)) ?? request.scheme
    guard let host = firstOf(request.headerValue(.forwardedHost)) ?? request.authority else {
      return false
    }
    return isOrigin(origin, scheme, host)
  }

  /// Whether `origin` is `scheme://authority`, by ASCII case and default port aside.
  private func isOrigin(_ origin: String, _ scheme: String, _ authority: String) -> Bool {
    let scheme = scheme.lowercased()
    let defaultPort = scheme == "https" ? ":443" : ":80"
    func withoutDefaultPort(_ text: String) -> Substring {
      text.hasSuffix(defaultPort) ? text.dropLast(defaultPort.count) : text[...]
    }
    let own = scheme + "://" + withoutDefaultPort(authority.lowercased())
    return withoutDefaultPort(origin.lowercased()) == own
  }

  /// Proxies append; the first element is what the client asked for.
  private func firstOf(_ list: String?) -> String? {
    guard let first = list?.split(separator: ",", maxSplits: 1).first else { return nil }
    let trimmed = first.drop { $0 == " " }.prefix { $0 != " " }
    return trimmed.isEmpty ? nil : String(trimmed)
  }
}

extension HTTPField.Name {
  static let forwardedProto = Self("x-forwarded-proto")!
  static let forwardedHost = Self("x-forwarded-host")!
}
