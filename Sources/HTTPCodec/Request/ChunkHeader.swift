// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One `chunk-size [ chunk-ext ] CRLF`, RFC 9112 section 7.1.
struct ChunkHeader {
  /// Enough for 64 bits; more could only be zeros, sent to waste time.
  static let maximumDigits = 16

  var size: Int
  var extensionBytes: Int
  /// Of the whole line.
  var length: Int

  /// Reads the line at the front of `bytes`, nil if it is not complete.
  ///
  /// Refuses the "bad white space" around extensions that RFC 9112 lets recipients remove: nobody
  /// sends it, and parsers disagree about it.
  static func scan(
    _ bytes: ByteView, extensionLimit: Int
  ) throws(HTTPParseError) -> ChunkHeader? {
    var size: UInt64 = 0
    var index = 0
    while index < bytes.count, let digit = bytes[index].hexDigit {
      if index == maximumDigits { throw .badRequest("The chunk size has too many digits.") }
      size = size &<< 4 | UInt64(digit)
      index += 1
    }
    if index == bytes.count { return nil }
    guard index > 0 else { throw .badRequest("The chunk size is not a hexadecimal number.") }
    guard let size = Int(exactly: size) else {
      throw .badRequest("The chunk size is too large a number.")
    }
    let digits = index
    let limit = digits + max(0, extensionLimit) + 1
    let end = min(bytes.count, limit)
    while index < end, bytes[index] == UInt8(ascii: ";") {
      index = try endOfExtension(bytes, from: index + 1, to: end) ?? end
    }
    if index == end {
      if end == limit { throw .badRequest("The chunk extensions are larger than the limit.") }
      return nil
    }
    guard bytes[index] == .carriageReturn else {
      throw .badRequest(
        index == digits
          ? "The chunk size is not a hexadecimal number."
          : "A chunk extension is malformed.")
    }
    guard try FieldLine.isLineEnd(bytes, at: index, to: bytes.count) else { return nil }
    return ChunkHeader(size: size, extensionBytes: index - digits, length: index + 2)
  }

  /// The end of `chunk-ext-name [ "=" ( token / quoted-string ) ]`, nil if it is not in sight.
  private static func endOfExtension(
    _ bytes: ByteView, from start: Int, to end: Int
  ) throws(HTTPParseError) -> Int? {
    var index = bytes.firstNonToken(from: start, to: end)
    if index == end { return nil }
    if index == start { throw .badRequest("A chunk extension is malformed.") }
    guard bytes[index] == UInt8(ascii: "=") else { return index }
    index += 1
    if index == end { return nil }
    if bytes[index] == UInt8(ascii: "\"") {
      return try endOfQuotedString(bytes, from: index + 1, to: end)
    }
    let value = index
    index = bytes.firstNonToken(from: value, to: end)
    if index == end { return nil }
    if index == value { throw .badRequest("A chunk extension is malformed.") }
    return index
  }

  /// The end of a `quoted-string` whose opening quote is before `start`, RFC 9110 section 5.6.4.
  private static func endOfQuotedString(
    _ bytes: ByteView, from start: Int, to end: Int
  ) throws(HTTPParseError) -> Int? {
    var index = start
    while index < end {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return index + 1 }
      if byte.isControl && byte != .tab {
        throw .badRequest("A chunk extension contains a control byte.")
      }
      if byte == UInt8(ascii: "\\") {
        index += 1
        if index == end { return nil }
        if bytes[index].isControl && bytes[index] != .tab {
          throw .badRequest("A chunk extension contains a control byte.")
        }
      }
      index += 1
    }
    return nil
  }
}
