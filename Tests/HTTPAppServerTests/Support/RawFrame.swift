// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// A frame as it is on the wire (RFC 6455 section 5.2).
struct RawFrame: Equatable {
  var opcode: UInt8
  var payload = ByteBuffer()
  var isFinal = true
  /// RSV1, which permessage-deflate sets on the first frame of a message (RFC 7692 section 6).
  var isCompressed = false

  init(opcode: UInt8, payload: ByteBuffer = ByteBuffer(), isFinal: Bool = true) {
    self.opcode = opcode
    self.payload = payload
    self.isFinal = isFinal
  }

  init(opcode: UInt8, _ text: String, isFinal: Bool = true) {
    self.init(opcode: opcode, payload: ByteBuffer(string: text), isFinal: isFinal)
  }

  static func text(_ text: String) -> RawFrame { .init(opcode: 1, text) }
  static func binary(_ bytes: ByteBuffer) -> RawFrame { .init(opcode: 2, payload: bytes) }
  static func binary(zeros count: Int) -> RawFrame {
    .binary(ByteBuffer(repeating: 0, count: count))
  }
  static func ping(_ text: String) -> RawFrame { .init(opcode: 9, text) }
  static func pong(_ text: String) -> RawFrame { .init(opcode: 10, text) }

  static func close(_ code: UInt16, _ reason: String = "") -> RawFrame {
    var payload = ByteBuffer(integer: code)
    payload.writeString(reason)
    return .init(opcode: 8, payload: payload)
  }

  /// The code of a close frame.
  var closeCode: UInt16? {
    opcode == 8 ? payload.getInteger(at: payload.readerIndex) : nil
  }

  /// The bytes, as a client sends them; large payloads with a mask of 0, which is no work.
  func bytes(isMasked: Bool = true) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeInteger((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode)
    let maskBit: UInt8 = isMasked ? 0x80 : 0
    switch payload.readableBytes {
    case ..<126: bytes.writeInteger(maskBit | UInt8(payload.readableBytes))
    case ..<65536:
      bytes.writeInteger(maskBit | 126)
      bytes.writeInteger(UInt16(payload.readableBytes))
    default:
      bytes.writeInteger(maskBit | 127)
      bytes.writeInteger(UInt64(payload.readableBytes))
    }
    let mask: [UInt8] = payload.readableBytes > 1000 ? [0, 0, 0, 0] : [0x12, 0x34, 0x56, 0x78]
    if isMasked { bytes.writeBytes(mask) }
    if isMasked, mask[0] != 0 {
      bytes.writeBytes(payload.readableBytesView.enumerated().map { $1 ^ mask[$0 & 3] })
    } else {
      bytes.writeImmutableBuffer(payload)
    }
    return bytes
  }

  /// The bytes of several frames, one behind the other.
  static func bytes(_ frames: [RawFrame]) -> ByteBuffer {
    var bytes = ByteBuffer()
    for frame in frames { bytes.writeImmutableBuffer(frame.bytes()) }
    return bytes
  }
}

extension RawClient {
  /// Sends an upgrade request, with `more` right behind it, and takes the answer.
  func upgrade(
    _ target: String = "/", _ fields: String..., followedBy more: ByteBuffer = ByteBuffer()
  ) async throws -> RawResponse {
    let head =
      "GET \(target) HTTP/1.1\r\nhost: test\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
      + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    var bytes = ByteBuffer(string: head)
    bytes.writeImmutableBuffer(more)
    try await send(bytes)
    return try await receiveResponse()
  }

  func send(_ frame: RawFrame) async throws {
    try await send(frame.bytes())
  }

  /// Takes one frame of the server, which must not be masked.
  func receiveFrame() async throws -> RawFrame {
    guard let start = try await receive(2).readInteger(as: UInt16.self) else {
      throw Malformed(text: "no header")
    }
    guard start & 0x80 == 0 else { throw Malformed(text: "a masked frame") }
    var length = Int(start & 0x7f)
    if length == 126 {
      length = try await Int(receive(2).readInteger(as: UInt16.self) ?? 0)
    } else if length == 127 {
      length = try await Int(receive(8).readInteger(as: UInt64.self) ?? 0)
    }
    var frame = RawFrame(
      opcode: UInt8(start >> 8 & 0x0f), payload: try await receive(length),
      isFinal: start & 0x8000 != 0)
    frame.isCompressed = start & 0x4000 != 0
    return frame
  }
}

extension ByteBuffer {
  fileprivate func readInteger<T: FixedWidthInteger>(as type: T.Type) -> T? {
    getInteger(at: readerIndex)
  }
}
