// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Eight bytes in one word, the first in the lowest lane. Masks mark a lane by its high bit.
struct ByteLanes {
  private let word: UInt64

  @inline(always)
  init(_ word: UInt64) { self.word = word }

  @inline(always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(always) private static var highs: UInt64 { 0x8080_8080_8080_8080 }

  @inline(always)
  private static func all(_ byte: UInt8) -> UInt64 { ones &* UInt64(byte) }

  // The subtractions below borrow from the next lane only out of a lane that is marked, so marks
  // above the lowest one may be false, and the lowest one is right. That holds for unions too.

  /// Marks the lanes below `limit`, which is at most 0x80.
  @inline(always)
  func below(_ limit: UInt8) -> UInt64 {
    (word &- Self.all(limit)) & ~word & Self.highs
  }

  /// Marks the lanes that are `byte`.
  @inline(always)
  func equal(to byte: UInt8) -> UInt64 {
    let difference = word ^ Self.all(byte)
    return (difference &- Self.ones) & ~difference & Self.highs
  }

  /// Marks the lanes above 0x7F.
  @inline(always)
  var nonASCII: UInt64 { word & Self.highs }

  /// Marks the lanes outside of a range of ASCII; exact in every lane, so that it may be intersected.
  @inline(always)
  func outside(_ range: ClosedRange<UInt8>) -> UInt64 {
    let sevenBits = word & ~Self.highs
    // The additions carry into the high bit of their own lane only.
    let atLeast = sevenBits &+ Self.all(0x80 - range.lowerBound)
    let above = sevenBits &+ Self.all(0x7F - range.upperBound)
    return (~atLeast | above | word) & Self.highs
  }

  /// Marks everything but ASCII letters; exact in every lane.
  @inline(always)
  var withoutLetters: UInt64 {
    // Bit 5 makes letters lowercase, and maps nothing else onto them but bytes above ASCII.
    (ByteLanes(word | Self.all(0x20)).outside(0x61...0x7A) | word) & Self.highs
  }
}
