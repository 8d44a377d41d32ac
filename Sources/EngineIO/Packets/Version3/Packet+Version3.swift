// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension Packet {
  /// Reads a packet from a WebSocket text frame; in version 3 also a binary message in base64.
  ///
  /// - Throws: `PacketError` if the frame is not a packet.
  @inlinable
  public init(webSocketText frame: String, format: PacketFormat) throws(PacketError) {
    if case .v4 = format {
      try self.init(webSocketText: frame)
    } else {
      try self.init(version3Frame: frame)
    }
  }

  @usableFromInline
  init(version3Frame frame: String) throws(PacketError) {
    if frame.utf8.first == binaryMarker {
      var frame = frame
      let result = frame.withUTF8 { bytes in
        Result { () throws(PacketError) in
          try Packet(version3Text: UnsafeRawBufferPointer(bytes))
        }
      }
      self = try result.get()
    } else {
      try self.init(webSocketText: frame)
    }
  }

  /// Reads a packet from a WebSocket binary frame: a binary message, in version 3 after its type.
  ///
  /// - Throws: `PacketError` if the frame is not a packet.
  @inlinable
  public init(webSocketBinary frame: ByteBuffer, format: PacketFormat) throws(PacketError) {
    if case .v4 = format {
      self.init(webSocketBinary: frame)
    } else {
      try self.init(version3Frame: frame)
    }
  }

  @usableFromInline
  init(version3Frame frame: ByteBuffer) throws(PacketError) {
    var data = frame
    guard let type = data.readInteger(as: UInt8.self) else { throw .empty }
    guard type == version3MessageType else { throw .unknownType(type) }
    self = .message(.binary(data))
  }

  /// The packet as a WebSocket frame of the format.
  @inlinable
  public func webSocketFrame(in format: PacketFormat) -> EngineIOMessage {
    if case .v4 = format { webSocketFrame } else { version3Frame(usesBase64: format == .v3Base64) }
  }

  @usableFromInline
  func version3Frame(usesBase64: Bool) -> EngineIOMessage {
    guard case .message(.binary(let bytes)) = self else { return webSocketFrame }
    var frame = ByteBuffer()
    if !usesBase64 {
      frame.reserveCapacity(1 + bytes.readableBytes)
      frame.writeInteger(version3MessageType)
      frame.writeImmutableBuffer(bytes)
      return .binary(frame)
    }
    frame.writeInteger(binaryMarker)
    frame.writeInteger(Kind.message.rawValue)
    Base64.encode(bytes, into: &frame)
    return .text(String(buffer: frame))
  }

  /// Reads a packet of version 3 that is text: a type digit and text, or `b4` and base64.
  init(version3Text bytes: UnsafeRawBufferPointer) throws(PacketError) {
    guard bytes.first == binaryMarker else {
      try self.init(payloadBytes: bytes)
      return
    }
    guard bytes.count > 1 else { throw .empty }
    // Only messages are binary.
    guard bytes[1] == Kind.message.rawValue else { throw .unknownType(bytes[1]) }
    guard let data = Base64.decode(UnsafeRawBufferPointer(rebasing: bytes[2...])) else {
      throw .invalidBase64
    }
    self = .message(.binary(data))
  }
}

/// The type of a message in the binary forms of version 3.
let version3MessageType: UInt8 = 4
