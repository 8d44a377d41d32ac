// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A ready `date: …` field line of 37 bytes, to be rendered once a second and written many times.
public struct DateField: Sendable {
  static let byteCount = 37

  // Five words, of which the last overlaps the fourth: an inline array of 37 bytes would be copied
  // byte by byte.
  private let words: (UInt64, UInt64, UInt64, UInt64, UInt64)

  /// Renders the field line for a time.
  public init(_ date: HTTPDate) {
    let value = date.bytes
    let name: StaticString = "date: "
    let bytes = InlineArray<37, UInt8> { index in
      switch index {
      case 0..<6: name.utf8Start[index]
      case 6..<35: value[index - 6]
      case 35: .carriageReturn
      default: .lineFeed
      }
    }
    words = bytes.span.withUnsafeBytes { bytes in
      func word(at offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      }
      return (word(at: 0), word(at: 8), word(at: 16), word(at: 24), word(at: 29))
    }
  }

  /// Stores the 37 bytes at `target`, where they must fit.
  @inline(always)
  func store(to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: words.0, as: UInt64.self)
    target.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
    target.storeBytes(of: words.2, toByteOffset: 16, as: UInt64.self)
    target.storeBytes(of: words.3, toByteOffset: 24, as: UInt64.self)
    target.storeBytes(of: words.4, toByteOffset: 29, as: UInt64.self)
  }
}
