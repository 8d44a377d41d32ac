// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Writes in colour for a terminal, or plainly for everything else.
struct Style: Sendable, Hashable {
  var isColoured: Bool

  /// Select Graphic Rendition (ECMA-48 section 8.3.117).
  enum Attribute: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  func callAsFunction(_ attribute: Attribute, _ text: String) -> String {
    isColoured ? "\u{1b}[\(attribute.rawValue)m\(text)\u{1b}[0m" : text
  }
}
