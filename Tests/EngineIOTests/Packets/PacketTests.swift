// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct PacketTests {
  @Test(arguments: Packet.Kind.allCases)
  func kindsAreTheDigitsOfTheProtocol(kind: Packet.Kind) {
    let digits: [Packet.Kind: Character] = [
      .open: "0", .close: "1", .ping: "2", .pong: "3", .message: "4", .upgrade: "5", .noop: "6",
    ]
    #expect(digits[kind] == Character(Unicode.Scalar(kind.rawValue)))
    #expect(Packet(kind: kind, text: "").kind == kind)
  }

  @Test func sizeCountsTypeAndUTF8() {
    #expect(Packet.message(.text("€")).byteCount == 4)
    #expect(Packet.message(.binary(ByteBuffer(bytes: [1, 2]))).byteCount == 3)
    #expect(Packet.noop.byteCount == 1)
    #expect(Packet.ping("probe").byteCount == 6)
  }
}

@Suite struct PacketWebSocketTests {
  @Test(arguments: [
    (Packet.open("{}"), "0{}"), (.close, "1"), (.ping(""), "2"), (.ping("probe"), "2probe"),
    (.pong("probe"), "3probe"), (.message(.text("hi")), "4hi"), (.message(.text("")), "4"),
    (.upgrade, "5"), (.noop, "6"),
  ])
  func textRoundTrips(packet: Packet, frame: String) throws {
    #expect(packet.webSocketFrame == .text(frame))
    #expect(try Packet(webSocketText: frame) == packet)
  }

  @Test func binaryIsBare() {
    let bytes = ByteBuffer(bytes: [4, 0, 255])
    #expect(Packet(webSocketBinary: bytes) == .message(.binary(bytes)))
    #expect(Packet.message(.binary(bytes)).webSocketFrame == .binary(bytes))
    #expect(Packet(webSocketBinary: ByteBuffer()) == .message(.binary(ByteBuffer())))
  }

  @Test func combiningMarkAfterTheDigitIsData() throws {
    let packet = try Packet(webSocketText: "4\u{301}x")
    #expect(packet == .message(.text("\u{301}x")))
  }

  @Test(arguments: [
    ("", PacketError.empty), ("abc", .unknownType(0x61)), ("7", .unknownType(0x37)),
    ("é", .unknownType(0xc3)), ("bAQ==", .unknownType(0x62)),
  ])
  func unreadable(frame: String, error: PacketError) {
    #expect(throws: error) { try Packet(webSocketText: frame) }
  }
}
