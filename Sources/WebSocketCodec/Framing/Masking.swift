// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Client-to-server masking (RFC 6455 section 5.3): octet *i* is xored with octet *i* mod 4 of the key.
enum Masking {
  /// Copies `count` bytes from `source` to `target`, xored with `mask`.
  ///
  /// - Parameters:
  ///   - mask: the key, its octet for the first byte lowest; 0 copies unchanged.
  ///   - source: may equal `target` (in place) but not overlap it otherwise.
  /// - Returns: true when every byte written is ASCII, which the loop learns almost for free.
  @inline(__always)
  static func apply(
    _ mask: UInt32, from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    var seen: UInt64 = 0
    var offset = 0
    let wide = UInt64(mask) | UInt64(mask) << 32
    if count >= 64 {
      seen = applyBlocks(wide, from: source, to: target, count: count)
      offset = count & ~63
    }
    while offset &+ 8 <= count {
      let word =
        UInt64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ wide
      target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
      seen |= word
      offset &+= 8
    }
    if offset &+ 4 <= count {
      let word =
        UInt32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) ^ mask
      target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt32.self)
      seen |= UInt64(word)
      offset &+= 4
    }
    var rest = mask
    while offset < count {
      let byte =
        source.load(fromByteOffset: offset, as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest)
      target.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
      seen |= UInt64(byte)
      rest >>= 8
      offset &+= 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  /// The whole 64-byte blocks of `count`; returns the union of all words written.
  ///
  /// Explicit vectors, because an autovectorised loop would check at run time that source and
  /// target do not overlap and so run byte by byte exactly when working in place.
  @inline(never)
  private static func applyBlocks(
    _ wide: UInt64, from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int
  ) -> UInt64 {
    let key = SIMD8<UInt64>(repeating: wide.littleEndian)
    var seen = SIMD8<UInt64>()
    var offset = 0
    while offset &+ 64 <= count {
      let block = source.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self) ^ key
      target.storeBytes(of: block, toByteOffset: offset, as: SIMD8<UInt64>.self)
      seen |= block
      offset &+= 64
    }
    let quarter = seen.lowHalf | seen.highHalf
    let pair = quarter.lowHalf | quarter.highHalf
    return UInt64(littleEndian: pair[0] | pair[1])
  }

  /// The key for a payload of which `count` bytes have been processed already.
  @inline(__always)
  static func advance(_ mask: UInt32, by count: Int) -> UInt32 {
    let bits = UInt32(truncatingIfNeeded: count & 3) * 8
    return bits == 0 ? mask : mask >> bits | mask << (32 - bits)
  }
}
