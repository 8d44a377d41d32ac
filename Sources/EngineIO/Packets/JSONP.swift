// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// What is around payloads where a page polls by loading scripts and posts by submitting forms, as
/// clients before 4.0 of the JavaScript client do in browsers that know no CORS.
public enum JSONP {
  /// A script that hands a payload to the page: `___eio[n]("…");`.
  ///
  /// - Parameter index: the number that the page gave.
  public static func script(_ payload: ByteBuffer, index: Int) -> ByteBuffer {
    var script = "___eio[" + String(index) + "]("
    JSONText.append(String(buffer: payload), to: &script)
    script += ");"
    return ByteBuffer(string: script)
  }

  /// The payload in a form's field `d` (`application/x-www-form-urlencoded`), in which a line feed
  /// is `\n` and has a backslash more where the text itself has that.
  ///
  /// - Returns: `nil` if there is no such field, or an escape is incomplete.
  public static func payload(inForm form: ByteBuffer) -> ByteBuffer? {
    form.withUnsafeReadableBytes { fields in
      // No array of the fields: a form may be nothing but separators.
      var start = fields.startIndex
      while true {
        let end = fields[start...].firstIndex(of: UInt8(ascii: "&")) ?? fields.endIndex
        let field = fields[start..<end]
        if field.starts(with: "d=".utf8) { return decode(field.dropFirst(2)).map(unescape) }
        guard end < fields.endIndex else { return nil }
        start = end + 1
      }
    }
  }

  private static func decode(_ value: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(value.count)
    var rest = value.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
        else { return nil }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    return decoded
  }

  private static func unescape(_ text: [UInt8]) -> ByteBuffer {
    var payload = ByteBuffer()
    payload.reserveCapacity(text.count)
    var backslashes = 0
    for byte in text {
      if byte == UInt8(ascii: "\\") {
        backslashes += 1
        continue
      }
      let isEscape = byte == UInt8(ascii: "n") && backslashes > 0
      payload.writeRepeatingByte(
        UInt8(ascii: "\\"), count: isEscape ? backslashes - 1 : backslashes)
      payload.writeInteger(isEscape && backslashes == 1 ? UInt8(ascii: "\n") : byte)
      backslashes = 0
    }
    payload.writeRepeatingByte(UInt8(ascii: "\\"), count: backslashes)
    return payload
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
