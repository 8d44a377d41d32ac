// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// Writes packets as a polling payload.
///
/// A text that contains the separator 0x1e cannot travel in a payload: the protocol has no escape
/// for it. `canEncode(_:)` tells; the encoder writes what it is given.
public enum PayloadEncoder {
  /// The payload of `packets`, in one buffer of the right size.
  public static func encode(_ packets: some Collection<Packet>) -> ByteBuffer {
    var size = max(0, packets.count - 1)
    for packet in packets { size += encodedCount(of: packet) }
    var output = ByteBuffer()
    output.reserveCapacity(size)
    var isFirst = true
    for packet in packets {
      if !isFirst { output.writeInteger(recordSeparator) }
      isFirst = false
      write(packet, into: &output)
    }
    return output
  }

  /// The size of a packet in a payload, in bytes, without any separator.
  public static func encodedCount(of packet: Packet) -> Int {
    if case .message(.binary(let bytes)) = packet {
      return 1 + Base64.encodedCount(of: bytes.readableBytes)
    }
    return packet.byteCount
  }

  /// Whether a packet survives in a payload, that is, has no separator in its text.
  public static func canEncode(_ packet: Packet) -> Bool {
    guard case .message(.text(var text)) = packet else { return true }
    return text.withUTF8 { !$0.contains(recordSeparator) }
  }

  private static func write(_ packet: Packet, into output: inout ByteBuffer) {
    if case .message(.binary(let bytes)) = packet {
      output.writeInteger(binaryMarker)
      Base64.encode(bytes, into: &output)
      return
    }
    output.writeInteger(packet.kind.rawValue)
    if let text = packet.text, !text.isEmpty { output.writeString(text) }
  }
}
