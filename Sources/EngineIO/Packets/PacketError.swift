// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Why a packet could not be read.
public enum PacketError: Error, Sendable, Hashable {
  /// There is no packet: no byte, or nothing between two separators.
  case empty
  /// The first byte is not a packet type.
  case unknownType(UInt8)
  /// The text is not UTF-8.
  case invalidUTF8
  /// The binary data is not canonical base64 (RFC 4648, sections 3.5 and 4, with padding).
  case invalidBase64
  /// The length of a packet of version 3 is missing, not a number, or not that of what follows.
  case invalidLength
}

extension PacketError: CustomStringConvertible {
  /// A short sentence without any of the peer's bytes.
  public var description: String {
    switch self {
    case .empty: "empty packet"
    case .unknownType(let byte): "unknown packet type 0x" + String(byte, radix: 16)
    case .invalidUTF8: "text is not UTF-8"
    case .invalidBase64: "binary data is not base64"
    case .invalidLength: "length of a packet does not fit"
    }
  }
}

/// Why a polling payload could not be read.
public enum PayloadError: Error, Sendable, Hashable {
  /// The packet at this index, counted from zero, could not be read.
  case packet(PacketError, index: Int)
  /// The payload holds more packets than the limit.
  case tooManyPackets(limit: Int)
  /// The payload is longer than the limit, in bytes.
  case tooLarge(limit: Int)
}

extension PayloadError: CustomStringConvertible {
  /// A short sentence without any of the peer's bytes.
  public var description: String {
    switch self {
    case .packet(let error, let index): "packet \(index): \(error)"
    case .tooManyPackets(let limit): "more than \(limit) packets in one payload"
    case .tooLarge(let limit): "more than \(limit) bytes in one payload"
    }
  }
}
