// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

extension HTTPField.Name {
  /// Fields that the serialiser writes itself, so that an application cannot break the framing.
  ///
  /// Connection, Transfer-Encoding and Content-Length, and the hop-by-hop fields of HTTP/1.0.
  @inline(always)
  static func isFraming(_ canonicalName: String) -> Bool {
    switch canonicalName.utf8.count {
    case 10: canonicalName == "connection" || canonicalName == "keep-alive"
    case 14: canonicalName == "content-length"
    case 16: canonicalName == "proxy-connection"
    case 17: canonicalName == "transfer-encoding"
    default: false
    }
  }

  /// Whether a trailer may carry this field, RFC 9110 section 6.5.1.
  ///
  /// Refused are fields for framing, routing, authentication, request control, and fields that say
  /// how to process the content, since that has been processed already.
  var isAllowedInTrailers: Bool {
    if canonicalName.hasPrefix("content-") || canonicalName.hasPrefix("if-")
      || canonicalName.hasPrefix("proxy-") || canonicalName.hasPrefix("sec-websocket-")
      || canonicalName.hasPrefix("x-forwarded-")
    {
      return false
    }
    switch canonicalName {
    case "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "host",
      "forwarded", "x-real-ip", "via", "origin", "referer", "authorization", "www-authenticate",
      "cookie", "set-cookie", "expect", "max-forwards", "pragma", "range", "accept",
      "accept-encoding", "accept-language", "cache-control", "age", "date", "expires", "location",
      "retry-after", "vary", "warning":
      return false
    default:
      return true
    }
  }
}
