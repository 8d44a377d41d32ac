// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Writes JSON strings (RFC 8259, section 7).
enum JSONText {
  /// Appends `text` in quotes, escaping what must be escaped, and U+2028 and U+2029, which some
  /// readers take for line ends.
  static func append(_ text: String, to json: inout String) {
    json += "\""
    defer { json += "\"" }
    guard text.utf8.contains(where: mayNeedEscape) else {
      json += text
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += #"\""#
      case "\\": json += #"\\"#
      case "\n": json += #"\n"#
      case "\r": json += #"\r"#
      case "\t": json += #"\t"#
      case "\u{8}": json += #"\b"#
      case "\u{c}": json += #"\f"#
      case _ where scalar.value < 0x20 || scalar == "\u{2028}" || scalar == "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        json += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
  }

  private static func mayNeedEscape(_ byte: UInt8) -> Bool {
    // U+2028 and U+2029 begin with 0xE2.
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0xE2
  }
}
