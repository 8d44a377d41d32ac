// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

private func binary(_ bytes: UInt8...) -> Packet { .message(.binary(ByteBuffer(bytes: bytes))) }

@Suite struct PayloadEncoderV3Tests {
  @Test(arguments: [
    ([Packet.message("hello"), .message("€")], "6:4hello2:4€"),
    ([.message("🙂")], "3:4🙂"),
    ([.noop], "1:6"), ([.close], "1:1"), ([.pong("probe")], "6:3probe"),
    ([.open(#"{"sid":"x"}"#), .message("0")], #"12:0{"sid":"x"}2:40"#),
    ([.message("a\u{1e}b")], "4:4a\u{1e}b"), ([], "0:"),
  ])
  func textIsMeasuredInUTF16(packets: [Packet], text: String) {
    for usesBase64 in [false, true] {
      let (payload, isBinary) = PayloadEncoderV3.encode(packets, usesBase64: usesBase64)
      #expect(String(buffer: payload) == text)
      #expect(!isBinary)
    }
  }

  @Test func binaryMessagesAreBase64ForThoseWhoAsk() {
    let (payload, isBinary) = PayloadEncoderV3.encode(
      [.message("€"), binary(1, 2, 3, 4)], usesBase64: true)
    #expect(String(buffer: payload) == "2:4€10:b4AQIDBA==")
    #expect(!isBinary)
  }

  @Test func oneBinaryMessageMakesThePayloadBinary() {
    let (payload, isBinary) = PayloadEncoderV3.encode(
      [.message("€"), binary(1, 2, 3, 4), .noop], usesBase64: false)
    #expect(isBinary)
    #expect(
      Array(payload.readableBytesView) == [
        0, 4, 0xff, 0x34, 0xe2, 0x82, 0xac, 1, 5, 0xff, 4, 1, 2, 3, 4, 0, 1, 0xff, 0x36,
      ])
  }

  @Test func longLengthsHaveSeveralDigits() {
    let (payload, _) = PayloadEncoderV3.encode(
      [.message(.binary(ByteBuffer(repeating: 7, count: 1233)))], usesBase64: false)
    #expect(Array(payload.readableBytesView.prefix(7)) == [1, 1, 2, 3, 4, 0xff, 4])
    #expect(payload.readableBytes == 6 + 1234)
  }
}

@Suite struct PayloadDecoderV3Tests {
  @Test(arguments: [
    ("6:4hello2:4€", [Packet.message("hello"), .message("€")]),
    ("3:4🙂10:b4AQIDBA==", [.message("🙂"), binary(1, 2, 3, 4)]),
    ("2:b4", [binary()]), ("0:", []), ("0:1:40:", [.message("")]), ("01:2", [.ping("")]),
    // A combining mark is a code unit of its own.
    ("2:4\u{301}", [.message("\u{301}")]), ("4:4a\u{1e}b", [.message("a\u{1e}b")]),
  ])
  func readsText(text: String, packets: [Packet]) throws {
    #expect(try PayloadDecoderV3.decode(ByteBuffer(string: text), isBinary: false) == packets)
  }

  @Test func readsBinary() throws {
    let payload = ByteBuffer(bytes: [
      0, 4, 0xff, 0x34, 0xe2, 0x82, 0xac, 1, 5, 0xff, 4, 1, 2, 3, 4, 0, 1, 0xff, 0x32, 1, 1, 0xff,
      4,
    ])
    #expect(
      try PayloadDecoderV3.decode(payload, isBinary: true)
        == [.message("€"), binary(1, 2, 3, 4), .ping(""), binary()])
  }

  @Test(arguments: [
    ("", PacketError.empty, 0), ("4hello", .invalidLength, 0), (":4", .invalidLength, 0),
    ("1", .invalidLength, 0), ("3:4a", .invalidLength, 0), ("-1:4", .invalidLength, 0),
    ("1e1:4aaaaaaaaa", .invalidLength, 0), ("99999999999:4", .invalidLength, 0),
    ("9999999999:4", .invalidLength, 0), ("2:4a1", .invalidLength, 1),
    ("1:7", .unknownType(0x37), 0),
    // The length cuts a character in two.
    ("2:4🙂", .invalidLength, 0), ("1:41:b", .empty, 1), ("3:b4A", .invalidBase64, 0),
    ("2:b3", .unknownType(0x33), 0), ("2:4a\u{1e}", .invalidLength, 1),
  ])
  func faultsInText(text: String, error: PacketError, index: Int) {
    #expect(throws: PayloadError.packet(error, index: index)) {
      try PayloadDecoderV3.decode(ByteBuffer(string: text), isBinary: false)
    }
  }

  @Test(arguments: [
    ([UInt8](), PacketError.empty, 0), ([2, 1, 0xff, 0x34], .unknownType(2), 0),
    ([0], .invalidLength, 0), ([0, 1], .invalidLength, 0), ([0, 0xff, 0x34], .invalidLength, 0),
    ([0, 0, 0xff], .empty, 0), ([1, 0, 0xff], .empty, 0), ([0, 2, 0xff, 0x34], .invalidLength, 0),
    ([0, 10, 0xff, 0x34], .invalidLength, 0), ([1, 1, 0xff, 3], .unknownType(3), 0),
    ([0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0xff, 0x34], .invalidLength, 0),
    ([0, 1, 0xff, 0x34, 0, 2, 0xff, 0x34, 0xff], .invalidUTF8, 1),
  ])
  func faultsInBinary(bytes: [UInt8], error: PacketError, index: Int) {
    #expect(throws: PayloadError.packet(error, index: index)) {
      try PayloadDecoderV3.decode(ByteBuffer(bytes: bytes), isBinary: true)
    }
  }

  @Test func textMustBeUTF8() {
    for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]] {
      for units in 1...4 {
        let payload = ByteBuffer(bytes: Array("\(units):4".utf8) + bytes)
        #expect(throws: PayloadError.self) {
          try PayloadDecoderV3.decode(payload, isBinary: false)
        }
      }
    }
  }

  @Test func packetsBeforeAFaultAreReturned() throws {
    var decoder = PayloadDecoderV3(ByteBuffer(string: "2:4a9:4b"), isBinary: false)
    #expect(try decoder.next() == .message("a"))
    #expect(throws: PayloadError.packet(.invalidLength, index: 1)) { try decoder.next() }
    #expect(try decoder.next() == nil)
  }

  @Test func limits() throws {
    let limits = PayloadDecoder.Limits(maxBytes: 12, maxPackets: 2)
    var decoder = PayloadDecoderV3(
      ByteBuffer(string: "2:4a2:4b1:4"), isBinary: false, limits: limits)
    #expect(try decoder.next() == .message("a"))
    #expect(try decoder.next() == .message("b"))
    #expect(throws: PayloadError.tooManyPackets(limit: 2)) { try decoder.next() }
    #expect(throws: PayloadError.tooManyPackets(limit: 2)) {
      try PayloadDecoderV3.decode(ByteBuffer(string: "0:0:0:"), isBinary: false, limits: limits)
    }
    #expect(throws: PayloadError.tooLarge(limit: 12)) {
      try PayloadDecoderV3.decode(
        ByteBuffer(string: "2:4a2:4b2:4cc"), isBinary: false, limits: limits)
    }
  }

  @Test func everythingSurvivesARoundTrip() throws {
    var random = TestRandom(seed: 3)
    let texts = ["", "a", "é€🙂", "e\u{301}", "\u{1e}", "10:", "\u{0}\u{10ffff}"]
    for _ in 0..<2_000 {
      let packets = (0..<Int.random(in: 1...5, using: &random)).map { _ -> Packet in
        let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in
          texts.randomElement(using: &random) ?? ""
        }.joined()
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .open(text)
        case 1: return .close
        case 2: return .ping(text)
        case 3: return .pong(text)
        case 4: return .message(.text(text))
        case 5: return .message(.binary(ByteBuffer(string: text)))
        case 6: return .upgrade
        default: return .noop
        }
      }
      for usesBase64 in [false, true] {
        let (payload, isBinary) = PayloadEncoderV3.encode(packets, usesBase64: usesBase64)
        #expect(try PayloadDecoderV3.decode(payload, isBinary: isBinary) == packets)
      }
      for packet in packets {
        for format in [PacketFormat.v3, .v3Base64] {
          let frame = packet.webSocketFrame(in: format)
          switch frame {
          case .text(let text): #expect(try Packet(webSocketText: text, format: format) == packet)
          case .binary(let data):
            #expect(try Packet(webSocketBinary: data, format: format) == packet)
          }
        }
      }
    }
  }
}
