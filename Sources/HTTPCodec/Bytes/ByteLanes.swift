// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Eight bytes in one word, the first in the lowest lane. Masks mark a lane by its high bit.
///
/// (The vector types of the standard library compare lane by lane on x86-64 with Swift 6.3, which
/// is ten times slower than this arithmetic.)
struct ByteLanes {
  private let word: UInt64

  @inline(__always)
  init(_ word: UInt64) { self.word = word }

  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always) private static var highs: UInt64 { 0x8080_8080_8080_8080 }

  @inline(__always)
  private static func all(_ byte: UInt8) -> UInt64 { ones &* UInt64(byte) }

  // The subtractions below borrow from the next lane only out of a lane that is marked, so marks
  // above the lowest one may be false, and the lowest one is right. That holds for unions too.

  /// Marks the lanes below `limit`, which is at most 0x80.
  @inline(__always)
  func lanes(below limit: UInt8) -> UInt64 {
    (word &- Self.all(limit)) & ~word & Self.highs
  }

  /// Marks the lanes that are `byte`.
  @inline(__always)
  func lanes(equalTo byte: UInt8) -> UInt64 {
    let difference = word ^ Self.all(byte)
    return (difference &- Self.ones) & ~difference & Self.highs
  }

  /// Marks controls, with the tab, and DEL.
  @inline(__always)
  var controls: UInt64 { lanes(below: 0x20) | lanes(equalTo: 0x7F) }

  /// Marks everything but 0x21...0x7E, and also `?`, `#` and `\`.
  @inline(__always)
  var targetDelimiters: UInt64 {
    lanes(below: 0x21) | lanes(equalTo: 0x7F) | (word & Self.highs)
      | lanes(equalTo: .questionMark) | lanes(equalTo: 0x23) | lanes(equalTo: 0x5C)
  }

  /// Marks everything but ASCII letters and hyphens; exact in every lane, for it is a complement.
  @inline(__always)
  var lanesWithoutLettersAndHyphens: UInt64 {
    let sevenBits = word & ~Self.highs
    let lowered = sevenBits | Self.all(0x20)
    // The additions carry into the high bit of their own lane only.
    let atLeastA = lowered &+ Self.all(0x80 - 0x61)
    let aboveZ = lowered &+ Self.all(0x80 - 0x7B)
    let notHyphen = (sevenBits ^ Self.all(0x2D)) &+ Self.all(0x7F)
    return (((~atLeastA | aboveZ) & notHyphen) | word) & Self.highs
  }
}
