// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A set of ASCII bytes as a 128-bit map: a test is a shift and a mask, without a table in memory.
struct ByteSet: Sendable {
  let low: UInt64
  let high: UInt64

  @inline(always)
  func contains(_ byte: UInt8) -> Bool {
    let word = byte < 64 ? low : high
    return byte < 128 && (word &>> UInt64(byte & 63)) & 1 == 1
  }

  /// `tchar`, RFC 9110 section 5.6.2.
  @inline(always)
  static var token: Self { Self(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

  /// `unreserved` and `sub-delims` without the comma, RFC 3986 section 3.2.2.
  @inline(always)
  static var registeredName: Self { Self(low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
}

extension UInt8 {
  @inline(always) static var tab: UInt8 { 0x09 }
  @inline(always) static var lineFeed: UInt8 { 0x0A }
  @inline(always) static var carriageReturn: UInt8 { 0x0D }
  @inline(always) static var space: UInt8 { 0x20 }
  @inline(always) static var comma: UInt8 { 0x2C }
  @inline(always) static var slash: UInt8 { 0x2F }
  @inline(always) static var colon: UInt8 { 0x3A }
  @inline(always) static var questionMark: UInt8 { 0x3F }

  @inline(always) var isBlank: Bool { self == .space || self == .tab }
  @inline(always) var isDigit: Bool { self &- 0x30 < 10 }
  @inline(always) var isControl: Bool { self < 0x20 || self == 0x7F }

  /// The value of a hexadecimal digit, nil for any other byte.
  @inline(always) var hexDigit: UInt8? {
    if isDigit { return self &- 0x30 }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }
}
