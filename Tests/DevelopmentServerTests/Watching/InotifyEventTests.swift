// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import DevelopmentServer

struct InotifyEventTests {
  private func bytes(of watch: Int32, _ mask: UInt32, _ name: String, padding: Int) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeInteger(watch, endianness: .host)
    bytes.writeInteger(mask, endianness: .host)
    bytes.writeInteger(UInt32(0), endianness: .host)
    bytes.writeInteger(UInt32(name.utf8.count + padding), endianness: .host)
    bytes.writeString(name)
    bytes.writeRepeatingByte(0, count: padding)
    return bytes
  }

  @Test func eventsAreReadOneByOne() {
    var all = bytes(of: 1, 2, "a.txt", padding: 11)
    all.writeImmutableBuffer(bytes(of: -1, 0x4000, "", padding: 0))
    #expect(InotifyEvent(reading: &all) == InotifyEvent(watch: 1, mask: 2, name: "a.txt"))
    #expect(InotifyEvent(reading: &all) == InotifyEvent(watch: -1, mask: 0x4000))
    #expect(InotifyEvent(reading: &all) == nil)
  }

  @Test func whatIsCutIsNoEvent() {
    let whole = bytes(of: 1, 2, "a.txt", padding: 11)
    for count in 0..<whole.readableBytes {
      var cut = whole.getSlice(at: 0, length: count)!
      #expect(InotifyEvent(reading: &cut) == nil)
    }
  }
}
