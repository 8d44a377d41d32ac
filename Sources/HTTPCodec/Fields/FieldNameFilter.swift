// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Tells in one test that a field is absent, without looking at the bytes: 128 buckets by length and
/// three letters. A set bit only means "perhaps".
struct FieldNameFilter: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  @inline(always)
  mutating func insert(_ bytes: ByteView, _ name: Range<Int>) {
    let count = name.count
    let hash = Self.hash(
      bytes[name.lowerBound], bytes[name.lowerBound &+ count &>> 1], bytes[name.upperBound &- 1],
      count)
    let bit: UInt64 = 1 &<< (hash & 63)
    if hash & 64 == 0 { low |= bit } else { high |= bit }
  }

  @inline(always)
  func mayContain(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = name.first, let last = name.last else { return false }
    let hash = Self.hash(first, name[name.count &>> 1], last, name.count)
    return (hash & 64 == 0 ? low : high) &>> (hash & 63) & 1 == 1
  }

  /// Only the lower seven bits count, and bit 5 of the letters, which is their case, does not.
  @inline(always)
  private static func hash(_ first: UInt8, _ middle: UInt8, _ last: UInt8, _ count: Int) -> UInt64 {
    UInt64(first & 0x1F) &* 37 &+ UInt64(middle & 0x1F) &* 11 &+ UInt64(last & 0x1F) &* 3
      &+ UInt64(truncatingIfNeeded: count) &* 5
  }
}
