// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A ready `date: …` field line of 37 bytes, to be rendered once a second and written many times.
public struct DateField: Sendable {
  static let byteCount = 37

  let bytes: InlineArray<37, UInt8>

  /// Renders the field line for a time.
  public init(_ date: HTTPDate) {
    let value = date.bytes
    let name: StaticString = "date: "
    bytes = InlineArray { index in
      switch index {
      case 0..<6: name.utf8Start[index]
      case 6..<35: value[index - 6]
      case 35: .carriageReturn
      default: .lineFeed
      }
    }
  }
}
