// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Base64 of RFC 4648, section 4: padded, canonical, nothing but the alphabet.
enum Base64 {
  static func encodedCount(of count: Int) -> Int {
    (count + 2) / 3 * 4
  }

  static func encode(_ bytes: ByteBuffer, into output: inout ByteBuffer) {
    let count = encodedCount(of: bytes.readableBytes)
    guard count > 0 else { return }
    bytes.withUnsafeReadableBytes { source in
      _ = output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
        alphabet.withUnsafeBufferPointer { encode(source, into: target, alphabet: $0) }
        return count
      }
    }
  }

  private static func encode(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    alphabet: UnsafeBufferPointer<UInt8>
  ) {
    var read = 0
    var written = 0
    func put(_ sextet: UInt32) {
      target[written] = alphabet[Int(sextet & 0x3f)]
      written += 1
    }
    while read + 3 <= source.count {
      let group =
        UInt32(source[read]) << 16 | UInt32(source[read + 1]) << 8 | UInt32(source[read + 2])
      put(group >> 18)
      put(group >> 12)
      put(group >> 6)
      put(group)
      read += 3
    }
    let rest = source.count - read
    guard rest > 0 else { return }
    let group = UInt32(source[read]) << 16 | (rest == 2 ? UInt32(source[read + 1]) << 8 : 0)
    put(group >> 18)
    put(group >> 12)
    if rest == 2 { put(group >> 6) }
    while written % 4 != 0 {
      target[written] = padding
      written += 1
    }
  }

  /// The decoded bytes, or `nil` if `source` is not canonical base64.
  static func decode(_ source: UnsafeRawBufferPointer) -> ByteBuffer? {
    guard source.count % 4 == 0 else { return nil }
    guard source.count > 0 else { return ByteBuffer() }
    let paddingCount =
      source[source.count - 1] != padding ? 0 : source[source.count - 2] != padding ? 1 : 2
    let count = source.count / 4 * 3 - paddingCount
    var output = ByteBuffer()
    var isValid = false
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
      isValid = values.withUnsafeBufferPointer {
        decode(source, paddingCount: paddingCount, into: target, values: $0)
      }
      return isValid ? count : 0
    }
    return isValid ? output : nil
  }

  private static func decode(
    _ source: UnsafeRawBufferPointer, paddingCount: Int,
    into target: UnsafeMutableRawBufferPointer, values: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let fullEnd = paddingCount == 0 ? source.count : source.count - 4
    var read = 0
    var written = 0
    // Every value outside the alphabet has its top bit set, so one test at the end finds them all.
    var seen: UInt8 = 0
    while read < fullEnd {
      let a = values[Int(source[read])]
      let b = values[Int(source[read + 1])]
      let c = values[Int(source[read + 2])]
      let d = values[Int(source[read + 3])]
      seen |= a | b | c | d
      target[written] = a &<< 2 | b &>> 4
      target[written + 1] = b &<< 4 | c &>> 2
      target[written + 2] = c &<< 6 | d
      read += 4
      written += 3
    }
    if paddingCount > 0 {
      let a = values[Int(source[read])]
      let b = values[Int(source[read + 1])]
      seen |= a | b
      target[written] = a &<< 2 | b &>> 4
      if paddingCount == 2 {
        if b & 0x0f != 0 { return false }
      } else {
        let c = values[Int(source[read + 2])]
        seen |= c
        target[written + 1] = b &<< 4 | c &>> 2
        if c & 0x03 != 0 { return false }
      }
    }
    return seen & 0x80 == 0
  }

  private static let padding = UInt8(ascii: "=")

  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xff, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()
}
