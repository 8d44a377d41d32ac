// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO

/// The parameters of the protocol in a request's query.
struct EngineIOQuery: Equatable {
  enum Transport: Equatable {
    case polling, websocket
  }

  /// `nil` if missing or unknown.
  var transport: Transport?
  /// The session id; an empty one counts as none.
  var sid: String?
  /// The protocol version that `EIO` names, if there is such a one; the first one counts.
  var version: ProtocolVersion?
  /// Whether the client cannot take binary data: `b64` is `1` or `true`.
  var wantsBase64 = false
  /// Whether `sid` or `transport` is there twice: whoever routed the request may have seen another
  /// one than this server.
  var isAmbiguous = false

  init(_ query: String?) {
    guard var query else { return }
    var hasSID = false
    var hasTransport = false
    var hasVersion = false
    query.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        var end = start
        var equals = -1
        while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
          if equals < 0 && bytes[end] == UInt8(ascii: "=") { equals = end }
          end += 1
        }
        if equals >= 0 {
          let name = UnsafeBufferPointer(rebasing: bytes[start..<equals])
          let value = UnsafeBufferPointer(rebasing: bytes[(equals + 1)..<end])
          if Self.matches(name, "sid") {
            if hasSID { isAmbiguous = true }
            hasSID = true
            let text = Self.decode(value)
            if !text.isEmpty { sid = text }
          } else if Self.matches(name, "transport") {
            if hasTransport { isAmbiguous = true }
            hasTransport = true
            if Self.matches(value, "polling") {
              transport = .polling
            } else if Self.matches(value, "websocket") {
              transport = .websocket
            }
          } else if !hasVersion && Self.matches(name, "EIO") {
            hasVersion = true
            version = Self.matches(value, "4") ? .v4 : Self.matches(value, "3") ? .v3 : nil
          } else if Self.matches(name, "b64") {
            wantsBase64 = Self.matches(value, "1") || Self.matches(value, "true")
          }
        }
        start = end + 1
      }
    }
  }

  private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
    if bytes.count == text.utf8CodeUnitCount {
      for (index, byte) in bytes.enumerated() where byte != text.utf8Start[index] { return false }
      return true
    }
    guard bytes.contains(UInt8(ascii: "%")) else { return false }
    return decode(bytes) == text.description
  }

  private static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "%")) else { return String(decoding: bytes, as: UTF8.self) }
    return PercentEncoding.decode(bytes) ?? String(decoding: bytes, as: UTF8.self)
  }
}
