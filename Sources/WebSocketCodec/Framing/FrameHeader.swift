// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The head of one frame (RFC 6455 section 5.2): 2 to 14 bytes in front of the payload.
struct FrameHeader {
  /// 2 bytes, 8 bytes of extended length, 4 bytes of masking key.
  static let maximumLength = 14

  var opcode: Opcode
  var isFinal: Bool
  /// RSV1, which permessage-deflate gives the meaning "compressed" (RFC 7692 section 6).
  var isCompressed: Bool
  /// The masking key with its first byte lowest; 0 when the frame is not masked.
  var mask: UInt32
  var payloadLength: Int
  /// Bytes of the header itself.
  var headerLength: Int
}

// MARK: - Parsing

extension FrameHeader {
  enum ParseResult {
    case header(FrameHeader)
    case incomplete
    case failure(WebSocketProtocolError)
  }

  /// Parses the head of `bytes`; every rule is checked as soon as the bytes it needs are there.
  @inline(__always)
  static func parse(
    _ bytes: UnsafeRawBufferPointer, maskRequired: Bool, compressionAllowed: Bool,
    maxFrameBytes: Int
  ) -> ParseResult {
    guard bytes.count >= 2, let base = bytes.baseAddress else { return .incomplete }
    let first = base.load(as: UInt8.self)
    let second = base.load(fromByteOffset: 1, as: UInt8.self)

    let opcode = Opcode(rawValue: first & 0x0F)
    guard !opcode.isReserved else { return .failure(.reservedOpcode) }
    let isFinal = first & 0x80 != 0
    let isCompressed = first & 0x40 != 0
    if first & 0x70 != 0 {
      // RFC 7692 section 6.1: RSV1 belongs to the first frame of a data message alone.
      guard first & 0x30 == 0, compressionAllowed, opcode == .text || opcode == .binary else {
        return .failure(.reservedBits)
      }
    }
    guard (second & 0x80 != 0) == maskRequired else {
      return .failure(maskRequired ? .maskMissing : .maskForbidden)
    }

    let shortLength = Int(second & 0x7F)
    if opcode.isControl {
      guard isFinal else { return .failure(.fragmentedControlFrame) }
      guard shortLength <= 125 else { return .failure(.controlFrameTooLong) }
    }

    var offset = 2
    var length = shortLength
    if shortLength == 126 {
      guard bytes.count >= 4 else { return .incomplete }
      length = Int(UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
      guard length > 125 else { return .failure(.lengthNotMinimal) }
      offset = 4
    } else if shortLength == 127 {
      guard bytes.count >= 10 else { return .incomplete }
      let wide = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
      guard wide <= UInt64(Int64.max) else { return .failure(.lengthOutOfRange) }
      guard wide > UInt64(UInt16.max) else { return .failure(.lengthNotMinimal) }
      guard wide <= UInt64(maxFrameBytes) else { return .failure(.frameTooBig) }
      length = Int(wide)
      offset = 10
    }
    guard length <= maxFrameBytes || opcode.isControl else { return .failure(.frameTooBig) }

    var mask: UInt32 = 0
    if maskRequired {
      guard bytes.count >= offset + 4 else { return .incomplete }
      mask = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset += 4
    }
    return .header(
      FrameHeader(
        opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, mask: mask,
        payloadLength: length, headerLength: offset))
  }
}

// MARK: - Writing

extension FrameHeader {
  /// Writes the header of a final frame and returns its length, at most ``maximumLength``.
  ///
  /// `out` must have room for ``maximumLength`` bytes.
  @inline(__always)
  static func write(
    opcode: Opcode, isCompressed: Bool = false, payloadLength: Int, mask: UInt32?,
    to out: UnsafeMutableRawPointer
  ) -> Int {
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    out.storeBytes(of: 0x80 | (isCompressed ? 0x40 : 0) | opcode.rawValue, as: UInt8.self)
    var offset = 2
    if payloadLength <= 125 {
      out.storeBytes(of: maskBit | UInt8(payloadLength), toByteOffset: 1, as: UInt8.self)
    } else if payloadLength <= Int(UInt16.max) {
      out.storeBytes(of: maskBit | 126, toByteOffset: 1, as: UInt8.self)
      out.storeBytes(of: UInt16(payloadLength).bigEndian, toByteOffset: 2, as: UInt16.self)
      offset = 4
    } else {
      out.storeBytes(of: maskBit | 127, toByteOffset: 1, as: UInt8.self)
      out.storeBytes(of: UInt64(payloadLength).bigEndian, toByteOffset: 2, as: UInt64.self)
      offset = 10
    }
    if let mask {
      out.storeBytes(of: mask.littleEndian, toByteOffset: offset, as: UInt32.self)
      offset += 4
    }
    return offset
  }
}
