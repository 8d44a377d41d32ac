// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A set of bytes at which a scan stops, told for sixteen lanes and for eight.
///
/// The vector operators must have vectors on both sides: against a scalar the standard library of
/// Swift 6.3 compares lane by lane.
protocol ByteClass {
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>>
  /// Marks by the high bit of each lane, of which only the lowest has to be right.
  static func stops(in lanes: ByteLanes) -> UInt64
}

extension SIMD16<UInt8> {
  @inline(always)
  fileprivate static func all(_ byte: UInt8) -> Self { Self(repeating: byte) }
}

/// Controls, with the tab, and DEL.
enum ControlBytes: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    (block .< .all(0x20)) .| (block .== .all(0x7F))
  }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 {
    lanes.below(0x20) | lanes.equal(to: 0x7F)
  }
}

/// CR.
enum CarriageReturns: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    block .== .all(.carriageReturn)
  }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 { lanes.equal(to: .carriageReturn) }
}

/// Everything but ASCII letters and hyphens.
enum NonNameBytes: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    let letters = ((block | .all(0x20)) &- .all(0x61)) .< .all(26)
    return .!(letters .| (block .== .all(0x2D)))
  }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 {
    lanes.withoutLetters & lanes.outside(0x2D...0x2D)
  }
}

/// Everything but 0x21...0x7E, and also `?`, `#` and `\`.
enum TargetDelimiters: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    // Wrapping moves 0x21...0x7E to 0...0x5D, and everything forbidden above that.
    let outside = (block &- .all(0x21)) .> .all(0x5D)
    return outside .| (block .== .all(.questionMark)) .| (block .== .all(0x23))
      .| (block .== .all(0x5C))
  }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 {
    lanes.below(0x21) | lanes.equal(to: 0x7F) | lanes.nonASCII | lanes.equal(to: .questionMark)
      | lanes.equal(to: 0x23) | lanes.equal(to: 0x5C)
  }
}

/// Everything but letters, digits, hyphens and dots.
enum NonHostBytes: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    let letters = ((block | .all(0x20)) &- .all(0x61)) .< .all(26)
    let digits = (block &- .all(0x30)) .< .all(10)
    return .!(letters .| digits .| ((block &- .all(0x2D)) .< .all(2)))
  }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 {
    lanes.withoutLetters & lanes.outside(0x30...0x39) & lanes.outside(0x2D...0x2E)
  }
}

/// Bytes above 0x7F.
enum NonASCIIBytes: ByteClass {
  @inline(always)
  static func stops(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> { block .> .all(0x7F) }
  @inline(always)
  static func stops(in lanes: ByteLanes) -> UInt64 { lanes.nonASCII }
}
