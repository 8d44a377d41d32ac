// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

extension HTTPField.Name {
  /// The static name for token bytes that spell a field name often seen in requests, else nil.
  ///
  /// These names need no allocation; the likeliest come first within each length. Host is absent:
  /// swift-http-types keeps it out of the fields, as the authority of the request.
  static func registered(_ bytes: ByteView, _ name: Range<Int>) -> Self? {
    let start = name.lowerBound
    @inline(always)
    func spells(_ text: StaticString) -> Bool { bytes.hasTokenBytes(at: start, text) }
    switch name.count {
    case 2: if spells("te") { return .te }
    case 3:
      if spells("dnt") { return .dnt }
      if spells("age") { return .age }
      if spells("via") { return .via }
    case 4:
      if spells("etag") { return .eTag }
      if spells("date") { return .date }
      if spells("from") { return .from }
      if spells("vary") { return .vary }
    case 5: if spells("range") { return .range }
    case 6:
      if spells("accept") { return .accept }
      if spells("cookie") { return .cookie }
      if spells("origin") { return .origin }
      if spells("expect") { return .expect }
      if spells("server") { return .server }
      if spells("pragma") { return .pragma }
    case 7:
      if spells("referer") { return .referer }
      if spells("upgrade") { return .upgrade }
      if spells("trailer") { return .trailer }
    case 8:
      if spells("if-match") { return .ifMatch }
      if spells("if-range") { return .ifRange }
      if spells("priority") { return .priority }
      if spells("location") { return .location }
    case 9:
      if spells("sec-ch-ua") { return .secCHUA }
      if spells("x-real-ip") { return .xRealIP }
      if spells("forwarded") { return .forwarded }
    case 10:
      if spells("user-agent") { return .userAgent }
      if spells("keep-alive") { return .keepAlive }
      if spells("connection") { return .connection }
      if spells("set-cookie") { return .setCookie }
    case 11:
      if spells("traceparent") { return .traceparent }
      if spells("sec-purpose") { return .secPurpose }
    case 12:
      if spells("content-type") { return .contentType }
      if spells("max-forwards") { return .maxForwards }
    case 13:
      if spells("cache-control") { return .cacheControl }
      if spells("authorization") { return .authorization }
      if spells("if-none-match") { return .ifNoneMatch }
      if spells("last-modified") { return .lastModified }
    case 14:
      if spells("sec-fetch-site") { return .secFetchSite }
      if spells("sec-fetch-mode") { return .secFetchMode }
      if spells("sec-fetch-dest") { return .secFetchDest }
      if spells("sec-fetch-user") { return .secFetchUser }
      if spells("content-length") { return .contentLength }
    case 15:
      if spells("accept-encoding") { return .acceptEncoding }
      if spells("accept-language") { return .acceptLanguage }
      if spells("x-forwarded-for") { return .xForwardedFor }
    case 16:
      if spells("sec-ch-ua-mobile") { return .secCHUAMobile }
      if spells("content-encoding") { return .contentEncoding }
      if spells("x-requested-with") { return .xRequestedWith }
      if spells("x-forwarded-host") { return .xForwardedHost }
    case 17:
      if spells("if-modified-since") { return .ifModifiedSince }
      if spells("transfer-encoding") { return .transferEncoding }
      if spells("sec-websocket-key") { return .secWebSocketKey }
      if spells("x-forwarded-proto") { return .xForwardedProto }
    case 18: if spells("sec-ch-ua-platform") { return .secCHUAPlatform }
    case 19:
      if spells("if-unmodified-since") { return .ifUnmodifiedSince }
      if spells("proxy-authorization") { return .proxyAuthorization }
      if spells("content-disposition") { return .contentDisposition }
    case 21: if spells("sec-websocket-version") { return .secWebSocketVersion }
    case 22: if spells("sec-websocket-protocol") { return .secWebSocketProtocol }
    case 24: if spells("sec-websocket-extensions") { return .secWebSocketExtensions }
    case 25: if spells("upgrade-insecure-requests") { return .upgradeInsecureRequests }
    case 29: if spells("access-control-request-method") { return .accessControlRequestMethod }
    case 30: if spells("access-control-request-headers") { return .accessControlRequestHeaders }
    default: break
    }
    return nil
  }
}

/// Names that swift-http-types does not define. They are lowercase, so that raw and canonical name
/// are the same literal and need no reference counting.
extension HTTPField.Name {
  static let dnt = Self("dnt")!
  static let forwarded = Self("forwarded")!
  static let keepAlive = Self("keep-alive")!
  static let pragma = Self("pragma")!
  static let secCHUA = Self("sec-ch-ua")!
  static let secCHUAMobile = Self("sec-ch-ua-mobile")!
  static let secCHUAPlatform = Self("sec-ch-ua-platform")!
  static let secFetchDest = Self("sec-fetch-dest")!
  static let secFetchMode = Self("sec-fetch-mode")!
  static let secFetchSite = Self("sec-fetch-site")!
  static let secFetchUser = Self("sec-fetch-user")!
  static let upgradeInsecureRequests = Self("upgrade-insecure-requests")!
  static let xForwardedFor = Self("x-forwarded-for")!
  static let xForwardedHost = Self("x-forwarded-host")!
  static let xForwardedProto = Self("x-forwarded-proto")!
  static let xRealIP = Self("x-real-ip")!
  static let xRequestedWith = Self("x-requested-with")!
}
