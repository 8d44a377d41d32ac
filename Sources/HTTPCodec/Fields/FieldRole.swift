// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

/// What a response field means to the serialiser.
enum FieldRole {
  case other
  /// Connection, Transfer-Encoding and Content-Length, and the hop-by-hop fields of HTTP/1.0: the
  /// serialiser writes these itself, so that an application cannot break the framing.
  case framing
  case date
  case upgrade

  /// Most names are told by their length alone.
  @inline(always)
  init(_ name: HTTPField.Name) {
    switch name.rawName.utf8.count {
    case 4: self = name.canonicalName == "date" ? .date : .other
    case 7: self = name.canonicalName == "upgrade" ? .upgrade : .other
    case 10, 14, 16, 17: self = Self.isFraming(name.canonicalName) ? .framing : .other
    default: self = .other
    }
  }

  private static func isFraming(_ canonicalName: String) -> Bool {
    switch canonicalName {
    case "connection", "keep-alive", "content-length", "proxy-connection", "transfer-encoding": true
    default: false
    }
  }
}

extension HTTPField.Name {
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
