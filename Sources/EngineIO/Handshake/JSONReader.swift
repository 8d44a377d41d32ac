// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A value of a handshake's JSON, as far as a handshake needs it.
enum JSONValue: Hashable {
  case string(String)
  case array([JSONValue])
  case number(Substring)
  case other

  var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  var strings: [String]? {
    guard case .array(let values) = self else { return nil }
    let strings = values.compactMap(\.string)
    return strings.count == values.count ? strings : nil
  }

  /// A whole number of at least zero.
  var count: Int? {
    guard case .number(let text) = self, let number = Int(text), number >= 0 else { return nil }
    return number
  }
}

/// Reads one JSON object (RFC 8259) of a peer that is not trusted: strict, and bounded in depth.
struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0
  private static let maxDepth = 16

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  mutating func readObject(
    _ member: (String, JSONValue) throws(HandshakeError) -> Void
  ) throws(HandshakeError) {
    skipSpace()
    try readMembers(depth: 0, member)
    skipSpace()
    guard position == bytes.count else { throw .malformed }
  }

  /// A text that is nothing but one string.
  mutating func readOnlyString() throws(HandshakeError) -> String {
    let string = try readString()
    skipSpace()
    guard position == bytes.count else { throw .malformed }
    return string
  }

  private mutating func readMembers(
    depth: Int, _ member: (String, JSONValue) throws(HandshakeError) -> Void
  ) throws(HandshakeError) {
    try expect("{")
    skipSpace()
    if take("}") { return }
    repeat {
      skipSpace()
      let key = try readString()
      skipSpace()
      try expect(":")
      try member(key, readValue(depth: depth + 1))
      skipSpace()
    } while take(",")
    try expect("}")
  }

  private mutating func readValue(depth: Int) throws(HandshakeError) -> JSONValue {
    guard depth <= Self.maxDepth else { throw .malformed }
    skipSpace()
    switch peek {
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "["): return .array(try readArray(depth: depth))
    case UInt8(ascii: "{"):
      try readMembers(depth: depth) { (_, _) throws(HandshakeError) in }
      return .other
    case UInt8(ascii: "t"): return try readWord("true")
    case UInt8(ascii: "f"): return try readWord("false")
    case UInt8(ascii: "n"): return try readWord("null")
    default: return .number(try readNumber())
    }
  }

  private mutating func readArray(depth: Int) throws(HandshakeError) -> [JSONValue] {
    try expect("[")
    skipSpace()
    if take("]") { return [] }
    var values: [JSONValue] = []
    repeat {
      values.append(try readValue(depth: depth + 1))
      skipSpace()
    } while take(",")
    try expect("]")
    return values
  }

  private mutating func readWord(_ word: StaticString) throws(HandshakeError) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard peek == word.utf8Start[offset] else { throw .malformed }
      position += 1
    }
    return .other
  }

  private mutating func readNumber() throws(HandshakeError) -> Substring {
    let start = position
    _ = take("-")
    let leadingZero = peek == UInt8(ascii: "0")
    let wholeDigits = skipDigits()
    guard wholeDigits > 0, !(leadingZero && wholeDigits > 1) else { throw .malformed }
    if take(".") { guard skipDigits() > 0 else { throw .malformed } }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard skipDigits() > 0 else { throw .malformed }
    }
    return Substring(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private mutating func readString() throws(HandshakeError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try readEscape(into: &text)
      case ..<0x20: throw .malformed
      default: text.append(byte)
      }
    }
    throw .malformed
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(HandshakeError) {
    guard let byte = peek else { throw .malformed }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try readHex4())
      if code & 0xfc00 == 0xd800 {
        guard take("\\"), take("u") else { throw .malformed }
        let low = UInt32(try readHex4())
        guard low & 0xfc00 == 0xdc00 else { throw .malformed }
        code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(code) else { throw .malformed }
      text.append(contentsOf: String(scalar).utf8)
    default: throw .malformed
    }
  }

  private mutating func readHex4() throws(HandshakeError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .malformed
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private var peek: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(HandshakeError) {
    guard take(character) else { throw .malformed }
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }
}
