// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The value of If-Match or If-None-Match: `*`, or entity tags (RFC 9110 sections 8.8.3, 13.1).
struct EntityTagList {
  /// How tags are compared: RFC 9110 section 8.8.3.2.
  enum Comparison {
    case strong, weak
  }

  private let value: String

  init(_ value: String) {
    self.value = value
  }

  /// Whether the list names a tag, which is strong and written with its quotes. A list counts up
  /// to where it stops being one.
  func contains(_ tag: String, comparison: Comparison) -> Bool {
    // What most clients send.
    if value == tag || value == "*" { return true }
    var rest = Substring(value).utf8
    skipSeparators(&rest)
    while !rest.isEmpty {
      let isWeak = rest.starts(with: "W/".utf8)
      if isWeak { rest.removeFirst(2) }
      guard rest.first == UInt8(ascii: "\""),
        let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\""))
      else { return false }
      let candidate = rest[...end]
      if !(isWeak && comparison == .strong), candidate.elementsEqual(tag.utf8) { return true }
      rest = rest[rest.index(after: end)...]
      guard rest.isEmpty || skipSeparators(&rest) else { return false }
    }
    return false
  }

  /// Skips blanks and commas; tells whether there was a comma, or nothing follows.
  @discardableResult
  private func skipSeparators(_ rest: inout Substring.UTF8View) -> Bool {
    var sawComma = false
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: ","): sawComma = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"): break
      default: return sawComma
      }
      rest.removeFirst()
    }
    return true
  }
}
