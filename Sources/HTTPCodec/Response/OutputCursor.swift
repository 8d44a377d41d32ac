// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Writes into memory that is known to be large enough.
///
/// Nothing is checked here but by assertions: ``ResponseSerializer`` asks for ``room`` first.
struct OutputCursor {
  private var next: UnsafeMutableRawPointer
  private let start: UnsafeMutableRawPointer
  private let end: UnsafeMutableRawPointer

  @inline(always)
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return nil }
    start = base
    next = base
    end = base + memory.count
  }

  @inline(always) var count: Int { next - start }
  @inline(always) var room: Int { end - next }

  @inline(always)
  mutating func write(_ text: StaticString) {
    write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(always)
  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    assert(bytes.count <= room)
    guard let source = bytes.baseAddress else { return }
    next.copyMemory(from: source, byteCount: bytes.count)
    next += bytes.count
  }

  @inline(always)
  mutating func write(_ date: DateField) {
    assert(room >= DateField.byteCount)
    date.store(to: next)
    next += DateField.byteCount
  }

  /// At most 20 digits; negative numbers count as 0.
  @inline(always)
  mutating func writeDecimal(_ number: Int) {
    var rest = UInt(max(0, number))
    var length = 1
    var tens = rest / 10
    while tens > 0 {
      length &+= 1
      tens /= 10
    }
    assert(length <= room)
    var index = length
    repeat {
      index &-= 1
      next.storeBytes(
        of: UInt8(truncatingIfNeeded: 48 &+ rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    } while rest > 0
    next += length
  }

  /// `name: value CRLF`; needs `name + value + 4` bytes of room.
  ///
  /// HTTPField keeps names tokens and values free of CR, LF and NUL. A control byte that gets here
  /// all the same becomes a space, since it could end the field.
  @inline(always)
  mutating func writeField(name: String, value: UnsafeBufferPointer<UInt8>) {
    name.utf8.span.withUnsafeBytes { write($0) }
    writePair(.colon, .space)
    writeText(value)
    writePair(.carriageReturn, .lineFeed)
  }

  /// The bytes with each control byte but the tab made a space.
  @inline(always)
  mutating func writeText(_ text: UnsafeBufferPointer<UInt8>) {
    let written = UnsafeMutableRawBufferPointer(start: next, count: text.count)
    write(UnsafeRawBufferPointer(text))
    let bytes = ByteView(UnsafeRawBufferPointer(written))
    var control = bytes.firstControl(from: 0, to: bytes.count)
    while control < bytes.count {
      written[control] = .space
      control = bytes.firstControl(from: control &+ 1, to: bytes.count)
    }
  }

  @inline(always)
  mutating func writePair(_ first: UInt8, _ second: UInt8) {
    assert(room >= 2)
    next.storeBytes(of: first, as: UInt8.self)
    next.storeBytes(of: second, toByteOffset: 1, as: UInt8.self)
    next += 2
  }
}
