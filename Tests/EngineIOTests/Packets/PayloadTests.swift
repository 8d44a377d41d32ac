// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct PayloadEncoderTests {
  @Test func packetsAreSeparated() {
    let payload = PayloadEncoder.encode([
      .message(.text("hello")), .message(.binary(ByteBuffer(bytes: [1, 2, 3, 4]))), .noop,
    ])
    #expect(String(buffer: payload) == "4hello\u{1e}bAQIDBA==\u{1e}6")
  }

  @Test func nothingIsEmpty() {
    #expect(PayloadEncoder.encode([]).readableBytes == 0)
  }

  @Test func emptyMessages() {
    let payload = PayloadEncoder.encode([.message(.text("")), .message(.binary(ByteBuffer()))])
    #expect(String(buffer: payload) == "4\u{1e}b")
  }

  @Test func separatorInTextCannotTravel() {
    #expect(!PayloadEncoder.canEncode(.message(.text("a\u{1e}b"))))
    #expect(PayloadEncoder.canEncode(.message(.text("ab"))))
    #expect(PayloadEncoder.canEncode(.message(.binary(ByteBuffer(bytes: [0x1e])))))
  }

  @Test func sizeIsKnownBefore() {
    let packets: [Packet] = [
      .message(.text("€")), .message(.binary(ByteBuffer(bytes: [1, 2]))), .ping("probe"), .close,
    ]
    let size = packets.reduce(packets.count - 1) { $0 + PayloadEncoder.encodedCount(of: $1) }
    #expect(PayloadEncoder.encode(packets).readableBytes == size)
  }
}

@Suite struct PayloadDecoderTests {
  @Test func readsSeveralPackets() throws {
    let packets = try PayloadDecoder.decode(ByteBuffer(string: "4hello\u{1e}bAQIDBA==\u{1e}3"))
    #expect(
      packets == [
        .message(.text("hello")), .message(.binary(ByteBuffer(bytes: [1, 2, 3, 4]))), .pong(""),
      ])
  }

  @Test func readsAPayloadThatIsASlice() throws {
    var payload = ByteBuffer(string: "xx4a\u{1e}4byy")
    payload.moveReaderIndex(forwardBy: 2)
    payload.moveWriterIndex(to: payload.writerIndex - 2)
    #expect(try PayloadDecoder.decode(payload) == [.message(.text("a")), .message(.text("b"))])
  }

  @Test func everyKindOfPacketRoundTrips() throws {
    let packets: [Packet] = [
      .open("{}"), .close, .ping("probe"), .pong(""), .message(.text("ü🙂")),
      .message(.text("")), .message(.binary(ByteBuffer())), .upgrade, .noop,
    ]
    #expect(try PayloadDecoder.decode(PayloadEncoder.encode(packets)) == packets)
  }

  @Test(arguments: [
    ("", PacketError.empty, 0), ("\u{1e}", .empty, 0), ("4a\u{1e}", .empty, 1),
    ("4a\u{1e}\u{1e}4b", .empty, 1), ("abc", .unknownType(0x61), 0),
    ("4a\u{1e}7", .unknownType(0x37), 1),
    ("bAQ", .invalidBase64, 0), ("4a\u{1e}b????", .invalidBase64, 1), ("bQR==", .invalidBase64, 0),
  ])
  func faultsAreLocated(payload: String, error: PacketError, index: Int) throws {
    var decoder = PayloadDecoder(ByteBuffer(string: payload))
    for _ in 0..<index { #expect(try decoder.next() != nil) }
    #expect(throws: PayloadError.packet(error, index: index)) { try decoder.next() }
    #expect(try decoder.next() == nil)
  }

  @Test(arguments: [[0x34, 0xff], [0x34, 0xc3], [0x34, 0xed, 0xa0, 0x80], [0x34, 0xc0, 0x80]])
  func textMustBeUTF8(bytes: [UInt8]) {
    #expect(throws: PayloadError.packet(.invalidUTF8, index: 0)) {
      try PayloadDecoder.decode(ByteBuffer(bytes: bytes))
    }
  }

  @Test func packetLimit() throws {
    let limits = PayloadDecoder.Limits(maxPackets: 3)
    let three = ByteBuffer(string: "4\u{1e}4\u{1e}4")
    #expect(try PayloadDecoder.decode(three, limits: limits).count == 3)
    var decoder = PayloadDecoder(ByteBuffer(string: "4\u{1e}4\u{1e}4\u{1e}4"), limits: limits)
    for _ in 0..<3 { #expect(try decoder.next() != nil) }
    #expect(throws: PayloadError.tooManyPackets(limit: 3)) { try decoder.next() }
    #expect(try decoder.next() == nil)
  }

  @Test func defaultTakesAThousandPackets() throws {
    let payload = ByteBuffer(string: Array(repeating: "4", count: 1000).joined(separator: "\u{1e}"))
    #expect(try PayloadDecoder.decode(payload).count == 1000)
  }

  @Test func sizeLimit() throws {
    let limits = PayloadDecoder.Limits(maxBytes: 5)
    #expect(try PayloadDecoder.decode(ByteBuffer(string: "4abcd"), limits: limits).count == 1)
    #expect(throws: PayloadError.tooLarge(limit: 5)) {
      try PayloadDecoder.decode(ByteBuffer(string: "4abcde"), limits: limits)
    }
  }

  /// Bytes at random never trap, and what is read can be written and read again.
  @Test func garbage() throws {
    var generator = TestRandom(seed: 0x5eed)
    let alphabet: [UInt8] = [
      0x1e, 0x30, 0x34, 0x36, 0x37, 0x41, 0x3d, 0x62, 0x7b, 0xc3, 0xa9, 0xff,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      var decoder = PayloadDecoder(ByteBuffer(bytes: bytes))
      var packets: [Packet] = []
      do {
        while let packet = try decoder.next() { packets.append(packet) }
      } catch {
        if packets.isEmpty { continue }
      }
      #expect(try PayloadDecoder.decode(PayloadEncoder.encode(packets)) == packets)
    }
  }
}
