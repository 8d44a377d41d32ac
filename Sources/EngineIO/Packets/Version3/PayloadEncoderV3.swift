// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// Writes packets as a polling payload of protocol version 3.
///
/// As text, `<length>:<packet>` for each, where the length is in UTF-16 code units and a binary
/// message is `b4` and base64. If there is a binary message, and the client takes binary data, as
/// bytes: 0 for text or 1 for binary, the length in bytes as decimal digits of values 0 to 9, 0xff,
/// and the packet.
public enum PayloadEncoderV3 {
  /// The payload of `packets`, and whether it is binary (`application/octet-stream`).
  ///
  /// - Parameter usesBase64: whether the client cannot take binary data.
  public static func encode(
    _ packets: some Collection<Packet>, usesBase64: Bool
  ) -> (payload: ByteBuffer, isBinary: Bool) {
    let isBinary = !usesBase64 && packets.contains(where: \.isBinary)
    var size = 0
    for packet in packets { size += encodedCount(of: packet, isBinary: isBinary) }
    var output = ByteBuffer()
    output.reserveCapacity(size)
    for packet in packets {
      if isBinary { writeBinary(packet, into: &output) } else { writeText(packet, into: &output) }
    }
    // A payload without packets is not an empty one.
    if packets.isEmpty { output.writeStaticString("0:") }
    return (output, isBinary)
  }

  /// At least the size of a packet in a payload, in bytes.
  private static func encodedCount(of packet: Packet, isBinary: Bool) -> Int {
    guard case .message(.binary(let bytes)) = packet, !isBinary else { return packet.byteCount + 9 }
    return Base64.encodedCount(of: bytes.readableBytes) + 9
  }

  private static func writeText(_ packet: Packet, into output: inout ByteBuffer) {
    if case .message(.binary(let bytes)) = packet {
      output.writeString(String(2 + Base64.encodedCount(of: bytes.readableBytes)))
      output.writeStaticString(":b4")
      Base64.encode(bytes, into: &output)
      return
    }
    let text = packet.text ?? ""
    output.writeString(String(1 + text.utf16.count))
    output.writeInteger(lengthEnd)
    output.writeInteger(packet.kind.rawValue)
    output.writeString(text)
  }

  private static func writeBinary(_ packet: Packet, into output: inout ByteBuffer) {
    output.writeInteger(packet.isBinary ? 1 : 0, as: UInt8.self)
    for digit in String(packet.byteCount).utf8 {
      output.writeInteger(digit - UInt8(ascii: "0"))
    }
    output.writeInteger(binaryLengthEnd)
    if case .message(.binary(let bytes)) = packet {
      output.writeInteger(version3MessageType)
      output.writeImmutableBuffer(bytes)
      return
    }
    output.writeInteger(packet.kind.rawValue)
    output.writeString(packet.text ?? "")
  }
}

extension Packet {
  var isBinary: Bool {
    if case .message(.binary) = self { true } else { false }
  }
}

/// Ends the length of a packet in a text payload.
let lengthEnd = UInt8(ascii: ":")

/// Ends the length of a packet in a binary payload.
let binaryLengthEnd: UInt8 = 0xff
