// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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
    let bodyEnd = held.withUnsafeReadableBytes { bytes in
      var last: Int?
      Self.visitTags(bytes) { start, isBodyEnd in
        if isBodyEnd { last = start } else { hasBase = true }
      }
      return last
    }
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

  /// Calls `found` for each `</body` and `<base`, whatever their case.
  private static func visitTags(
    _ bytes: UnsafeRawBufferPointer, found: (_ start: Int, _ isBodyEnd: Bool) -> Void
  ) {
    guard let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count,
      let bracket = memchr(base + start, CInt(UInt8(ascii: "<")), bytes.count - start)
    {
      start = bracket - UnsafeMutableRawPointer(mutating: base)
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      if begins(rest, with: bodyEnd) {
        found(start, true)
      } else if begins(rest, with: Self.base) {
        found(start, false)
      }
      start += 1
    }
  }

  /// - Parameter name: in lower case.
  private static func begins(_ bytes: UnsafeRawBufferPointer, with name: [UInt8]) -> Bool {
    guard bytes.count >= name.count else { return false }
    return name.indices.allSatisfy { index in
      let byte = bytes[index]
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      return (isUpper ? byte | 0x20 : byte) == name[index]
    }
  }
}
