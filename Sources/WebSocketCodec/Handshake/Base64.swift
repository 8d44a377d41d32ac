// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Base64 with padding (RFC 4648 section 4), as far as the opening handshake needs it.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func isDigit(_ byte: UInt8) -> Bool { digits.contains(byte) }

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let padding = 3 - group.count
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * padding)
      for index in 0..<4 {
        let digit = digits[Int(bits >> UInt32(18 - 6 * index)) & 63]
        text.append(index < 4 - padding ? digit : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
