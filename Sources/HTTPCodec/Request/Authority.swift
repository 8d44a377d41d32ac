// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The grammar `uri-host [ ":" port ]`, RFC 9110 section 7.2 and RFC 3986 section 3.2.2.
///
/// Stricter than the grammar where routing could be confused: no user information, no comma, no
/// zone identifier, and a port of at most 65535.
enum Authority {
  /// Whether `range` is a valid, non-empty host with an optional port.
  static func isValid(_ bytes: ByteView, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    guard index < end else { return false }
    if bytes[index] == UInt8(ascii: "[") {
      guard let close = endOfLiteral(bytes, from: index, to: end) else { return false }
      index = close
    } else {
      while true {
        // The byte at `end`, which delimits the authority, would stop the scan too.
        index = Swift.min(bytes.firstStop(from: index, to: bytes.count, NonHostBytes.self), end)
        if index == end || bytes[index] == .colon { break }
        let byte = bytes[index]
        if byte == UInt8(ascii: "%") {
          guard index &+ 2 < end, bytes[index &+ 1].hexDigit != nil,
            bytes[index &+ 2].hexDigit != nil
          else { return false }
          index &+= 3
        } else {
          guard ByteSet.registeredName.contains(byte) else { return false }
          index &+= 1
        }
      }
      if index == range.lowerBound { return false }
    }
    if index == end { return true }
    return bytes[index] == .colon && isPort(bytes, from: index &+ 1, to: end)
  }

  /// Whether a valid authority names a port. An IPv6 literal ends with its bracket, so digits after
  /// the last colon can be nothing else.
  static func hasPort(_ bytes: ByteView, _ range: Range<Int>) -> Bool {
    var index = range.upperBound &- 1
    guard bytes[index].isDigit else { return false }
    while index > range.lowerBound && bytes[index].isDigit { index &-= 1 }
    return bytes[index] == .colon
  }

  /// Whether two valid authorities are the same, letter case aside.
  static func isEqual(
    _ bytes: ByteView, _ one: Range<Int>, _ other: Range<Int>
  ) -> Bool {
    guard one.count == other.count else { return false }
    for offset in 0..<one.count {
      let left = bytes[one.lowerBound &+ offset]
      let right = bytes[other.lowerBound &+ offset]
      if left == right { continue }
      guard left | 0x20 == right | 0x20, (left | 0x20) &- 0x61 < 26 else { return false }
    }
    return true
  }

  /// `*DIGIT`; an empty port is legal and means the default.
  private static func isPort(_ bytes: ByteView, from: Int, to: Int) -> Bool {
    guard to &- from <= 5 else { return false }
    var port = 0
    for index in from..<to {
      guard bytes[index].isDigit else { return false }
      port = port &* 10 &+ Int(bytes[index] &- 0x30)
    }
    return port <= 65535
  }

  /// The index after the `]` of an IPv6 literal that opens at `from`.
  private static func endOfLiteral(
    _ bytes: ByteView, from: Int, to: Int
  ) -> Int? {
    var groups = 0
    var hasGap = false
    var index = from &+ 1
    if index &+ 1 < to, bytes[index] == .colon, bytes[index &+ 1] == .colon {
      hasGap = true
      index &+= 2
    }
    while index < to, bytes[index] != UInt8(ascii: "]") {
      let start = index
      while index < to, index &- start < 4, bytes[index].hexDigit != nil { index &+= 1 }
      guard index > start, index < to else { return nil }
      if bytes[index] == UInt8(ascii: ".") {
        guard let end = endOfIPv4(bytes, from: start, to: to), end < to,
          bytes[end] == UInt8(ascii: "]")
        else { return nil }
        groups &+= 2
        index = end
        break
      }
      groups &+= 1
      if bytes[index] == .colon {
        index &+= 1
        if index < to, bytes[index] == .colon {
          if hasGap { return nil }
          hasGap = true
          index &+= 1
        } else if index >= to || bytes[index] == UInt8(ascii: "]") {
          return nil
        }
      } else if bytes[index] != UInt8(ascii: "]") {
        return nil
      }
    }
    guard index < to, hasGap ? groups <= 7 : groups == 8 else { return nil }
    return index &+ 1
  }

  private static func endOfIPv4(_ bytes: ByteView, from: Int, to: Int) -> Int? {
    var index = from
    for octet in 0..<4 {
      let start = index
      var value = 0
      while index < to, index &- start < 3, bytes[index].isDigit {
        value = value &* 10 &+ Int(bytes[index] &- 0x30)
        index &+= 1
      }
      guard index > start, value <= 255 else { return nil }
      if octet < 3 {
        guard index < to, bytes[index] == UInt8(ascii: ".") else { return nil }
        index &+= 1
      }
    }
    return index
  }
}
