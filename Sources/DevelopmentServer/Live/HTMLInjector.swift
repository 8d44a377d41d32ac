// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Puts a tag into an HTML document that passes piece by piece: before its last `</body`, or at its
/// end where there is none.
///
/// What follows a `</body` is held back, since it may be the last, but only up to ``mostHeld``
/// bytes: then it was text that looked like one.
struct HTMLInjector: Sendable {
  /// Makes the tag; relative URLs mean something else where the document has a `<base>`.
  typealias MakeTag = @Sendable (_ hasBase: Bool) -> String

  /// Bytes behind a `</body` after which it counts as text.
  static let mostHeld = 4 << 10

  private static let bodyEnd = Array("</body".utf8)
  private static let base = Array("<base".utf8)

  private let makeTag: MakeTag
  private var held = ByteBuffer()
  private var isBodyEndHeld = false
  private var hasBase = false

  init(makeTag: @escaping MakeTag) {
    self.makeTag = makeTag
  }

  /// Takes the next bytes of the document; returns those that can go on.
  mutating func take(_ bytes: ByteBuffer) -> ByteBuffer {
    held.writeImmutableBuffer(bytes)
    let (bodyEnd, base) = held.withUnsafeReadableBytes { bytes in
      (
        Self.last(Self.bodyEnd, in: bytes),
        hasBase ? nil : Self.last(Self.base, in: bytes)
      )
    }
    if base != nil { hasBase = true }
    let keep: Int
    if let bodyEnd, held.readableBytes - bodyEnd <= Self.mostHeld {
      isBodyEndHeld = true
      keep = held.readableBytes - bodyEnd
    } else {
      isBodyEndHeld = false
      // The next bytes may complete one of the two.
      keep = min(held.readableBytes, Self.bodyEnd.count - 1)
    }
    return held.readSlice(length: held.readableBytes - keep) ?? ByteBuffer()
  }

  /// What is left at the end of the document, with the tag.
  mutating func finish() -> ByteBuffer {
    let tag = makeTag(hasBase)
    var rest = ByteBuffer()
    if isBodyEndHeld {
      rest.writeString(tag)
      rest.writeBuffer(&held)
    } else {
      rest.writeBuffer(&held)
      rest.writeString(tag)
    }
    return rest
  }

  /// Where `name`, in lower-case letters behind punctuation, is found last, whatever its case.
  private static func last(_ name: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= name.count else { return nil }
    for start in (0...(bytes.count - name.count)).reversed()
    where bytes[start] == name[0] {
      let matches = (1..<name.count).allSatisfy { offset in
        let byte = bytes[start + offset]
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        return (isUpper ? byte | 0x20 : byte) == name[offset]
      }
      if matches { return start }
    }
    return nil
  }
}
