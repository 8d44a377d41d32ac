// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

extension ByteBuffer {
  /// Appends what `body` writes, at most `room` bytes, and returns how many it says it wrote.
  ///
  /// Does what `writeWithUnsafeMutableBytes` does with half of its instructions, which shows in
  /// messages of a few bytes.
  @inline(__always)
  mutating func append(upTo room: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    if writableBytes < room { reserveCapacity(minimumWritableBytes: room) }
    let writerIndex = self.writerIndex
    let count = withVeryUnsafeMutableBytes { storage in
      // Within bounds: `room` bytes behind the writer index were ensured above.
      guard let base = storage.baseAddress else { return 0 }
      return body(base + writerIndex)
    }
    moveWriterIndex(forwardBy: count)
  }
}
