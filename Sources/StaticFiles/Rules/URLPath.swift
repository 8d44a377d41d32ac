// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The path of a request in one spelling: split at its slashes, then each segment percent-decoded
/// once (RFC 3986 section 3.3), empty and dot segments resolved.
///
/// A decoded segment may not contain what would make it another path for the file system or for
/// a browser: `/`, `\`, NUL, CR, LF.
struct URLPath {
  /// Each segment with a slash before it, and one more slash at the end where the path names a
  /// directory; empty for the empty path.
  let text: String

  /// Whether the path names a directory.
  var endsWithSlash: Bool { text.utf8.last == UInt8(ascii: "/") }

  /// Takes the path of a request as received; nil where it is none or leads above the root.
  init?(_ raw: String) {
    var raw = raw
    let form = raw.withUTF8 { Self.form(of: $0) }
    switch form {
    case .final:
      text = raw
    case .raw:
      guard let bytes = raw.withUTF8({ Self.resolve($0) }),
        let text = String(validating: bytes, as: UTF8.self)
      else { return nil }
      self.text = text
    case .invalid:
      return nil
    }
  }

  /// Whether `path` is spelled as paths are after decoding and resolving.
  static func isResolved(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { bytes in
      guard bytes.first == UInt8(ascii: "/"), form(of: bytes) != .invalid else { return false }
      var names = bytes.dropFirst()
      if names.isEmpty { return true }
      if names.last == UInt8(ascii: "/") { names.removeLast() }
      return names.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }
  }

  private enum Form {
    case final, raw, invalid
  }

  /// Most paths need no work: this finds them in one pass.
  private static func form(of bytes: UnsafeBufferPointer<UInt8>) -> Form {
    guard let first = bytes.first else { return .final }
    guard first == UInt8(ascii: "/") else { return .invalid }
    var form = Form.final
    var previous: UInt8 = 0
    for byte in bytes {
      switch byte {
      case 0, UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "\\"): return .invalid
      case UInt8(ascii: "%"): form = .raw
      case UInt8(ascii: "/"), UInt8(ascii: "."):
        if previous == UInt8(ascii: "/") { form = .raw }
      default: break
      }
      previous = byte
    }
    return form
  }

  private static func resolve(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var path: [UInt8] = []
    path.reserveCapacity(raw.count)
    var index = 0
    var isDirectory = false
    while index < raw.count {
      // Here raw[index] is the slash before a segment.
      index += 1
      let start = path.count
      path.append(UInt8(ascii: "/"))
      while index < raw.count, raw[index] != UInt8(ascii: "/") {
        var byte = raw[index]
        index += 1
        if byte == UInt8(ascii: "%") {
          guard index + 1 < raw.count, let high = nibble(raw[index]),
            let low = nibble(raw[index + 1])
          else { return nil }
          byte = high << 4 | low
          index += 2
        }
        switch byte {
        case 0, UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "\\"), UInt8(ascii: "/"):
          return nil
        default:
          path.append(byte)
        }
      }
      let segment = path[(start + 1)...]
      isDirectory = true
      if segment.isEmpty || segment.elementsEqual(".".utf8) {
        path.removeSubrange(start...)
      } else if segment.elementsEqual("..".utf8) {
        path.removeSubrange(start...)
        guard let parent = path.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        path.removeSubrange(parent...)
      } else {
        isDirectory = false
      }
    }
    if isDirectory { path.append(UInt8(ascii: "/")) }
    return path
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
