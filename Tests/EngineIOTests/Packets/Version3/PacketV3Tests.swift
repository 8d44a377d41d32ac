// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct PacketV3Tests {
  private let message = Packet.message(.binary(ByteBuffer(bytes: [1, 2, 3, 4])))

  @Test func binaryFramesCarryTheType() throws {
    let frame = ByteBuffer(bytes: [4, 1, 2, 3, 4])
    #expect(message.webSocketFrame(in: .v3) == .binary(frame))
    #expect(try Packet(webSocketBinary: frame, format: .v3) == message)
    #expect(try Packet(webSocketBinary: frame, format: .v3Base64) == message)
  }

  @Test func version4FramesAreAsTheyWere() throws {
    let bytes = ByteBuffer(bytes: [1, 2, 3, 4])
    #expect(message.webSocketFrame(in: .v4) == .binary(bytes))
    #expect(try Packet(webSocketBinary: bytes, format: .v4) == message)
    #expect(throws: PacketError.unknownType(0x62)) {
      try Packet(webSocketText: "b4AQIDBA==", format: .v4)
    }
  }

  @Test func binaryMessagesAreBase64ForThoseWhoAsk() throws {
    #expect(message.webSocketFrame(in: .v3Base64) == .text("b4AQIDBA=="))
    for format in [PacketFormat.v3, .v3Base64] {
      #expect(try Packet(webSocketText: "b4AQIDBA==", format: format) == message)
    }
  }

  @Test(arguments: [PacketFormat.v3, .v3Base64])
  func textFramesAreThoseOfVersion4(format: PacketFormat) throws {
    for packet in [Packet.message("b€"), .ping("probe"), .pong(""), .upgrade, .close, .noop] {
      #expect(packet.webSocketFrame(in: format) == packet.webSocketFrame)
      guard case .text(let text) = packet.webSocketFrame else { continue }
      #expect(try Packet(webSocketText: text, format: format) == packet)
    }
  }

  @Test(arguments: [
    ([UInt8](), PacketError.empty), ([3, 1], .unknownType(3)), ([0x34, 1], .unknownType(0x34)),
  ])
  func unreadableBinaryFrames(bytes: [UInt8], error: PacketError) {
    #expect(throws: error) { try Packet(webSocketBinary: ByteBuffer(bytes: bytes), format: .v3) }
  }

  @Test(arguments: [
    ("", PacketError.empty), ("b", .empty), ("b3AA==", .unknownType(0x33)), ("b4A", .invalidBase64),
    ("7", .unknownType(0x37)),
  ])
  func unreadableTextFrames(text: String, error: PacketError) {
    #expect(throws: error) { try Packet(webSocketText: text, format: .v3) }
  }

  @Test func handshakeHasNoMaxPayload() {
    #expect(
      HandshakeTests.handshake.json(for: .v3)
        == #"{"sid":"abc","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200}"#)
  }
}
