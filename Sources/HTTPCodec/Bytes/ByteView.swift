// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Bytes in memory that outlives the view, without the optional base address and the unchecked
/// length arithmetic of a raw buffer pointer.
///
/// Offsets are checked by assertions only, like those of a buffer pointer: the code that uses this
/// compares every offset with `count`, or with a limit below it, before it looks.
struct ByteView {
  private let base: UnsafeRawPointer
  let count: Int

  @inline(always)
  init(_ bytes: UnsafeRawBufferPointer) {
    let nothing: StaticString = ""
    base = bytes.baseAddress ?? UnsafeRawPointer(nothing.utf8Start)
    count = bytes.count
  }

  @inline(always)
  subscript(index: Int) -> UInt8 {
    assert(index >= 0 && index < count)
    return base.load(fromByteOffset: index, as: UInt8.self)
  }

  @inline(always) var first: UInt8? { count > 0 ? self[0] : nil }

  /// The integer or vector that lies at `index` in memory, in the order of the machine.
  @inline(always)
  func load<Value: BitwiseCopyable>(_ index: Int, as type: Value.Type) -> Value {
    assert(index >= 0 && index + MemoryLayout<Value>.size <= count)
    return base.loadUnaligned(fromByteOffset: index, as: type)
  }

  @inline(always)
  func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    assert(range.lowerBound >= 0 && range.upperBound <= count)
    return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}

extension ByteBuffer {
  /// The readable bytes, valid during the call only.
  @inline(always)
  func withByteView<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeReadableBytes { (bytes) throws(Failure) -> Result in
      try body(ByteView(bytes))
    }
  }
}
