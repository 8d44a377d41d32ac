// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// Reads the packets of a polling payload of protocol version 3 one after the other; see
/// `PayloadEncoderV3` for its two forms.
///
/// An error says where it is and ends the reading: what came before it has been returned. An empty
/// payload is an error, and one that says of itself that it holds nothing, `0:`, is not.
public struct PayloadDecoderV3: Sendable {
  private var rest: ByteBuffer
  private var isAtEnd = false
  private var index = 0
  private let isBinary: Bool
  private let limits: PayloadDecoder.Limits

  /// Prepares to read `payload`; nothing is read or checked yet.
  ///
  /// - Parameter isBinary: whether it came as `application/octet-stream`.
  public init(
    _ payload: ByteBuffer, isBinary: Bool, limits: PayloadDecoder.Limits = PayloadDecoder.Limits()
  ) {
    self.rest = payload
    self.isBinary = isBinary
    self.limits = limits
  }

  /// The next packet, or `nil` after the last one.
  ///
  /// - Throws: `PayloadError`; every later call returns `nil`.
  public mutating func next() throws(PayloadError) -> Packet? {
    guard !isAtEnd else { return nil }
    if index == 0 && rest.readableBytes > limits.maxBytes {
      isAtEnd = true
      throw .tooLarge(limit: limits.maxBytes)
    }
    // Empty packets of a text payload mean nothing, but count.
    while index == 0 || rest.readableBytes > 0 {
      guard index < limits.maxPackets else {
        isAtEnd = true
        throw .tooManyPackets(limit: limits.maxPackets)
      }
      do throws(PacketError) {
        let packet = isBinary ? try nextBinary() : try nextText()
        index += 1
        if let packet { return packet }
      } catch {
        isAtEnd = true
        throw .packet(error, index: index)
      }
    }
    isAtEnd = true
    return nil
  }

  /// All packets of a payload.
  ///
  /// - Throws: `PayloadError` at the first fault.
  public static func decode(
    _ payload: ByteBuffer, isBinary: Bool, limits: PayloadDecoder.Limits = PayloadDecoder.Limits()
  ) throws(PayloadError) -> [Packet] {
    var decoder = PayloadDecoderV3(payload, isBinary: isBinary, limits: limits)
    var packets: [Packet] = []
    while let packet = try decoder.next() { packets.append(packet) }
    return packets
  }

  private mutating func nextText() throws(PacketError) -> Packet? {
    let (result, end) = rest.withUnsafeReadableBytes { bytes in
      var end = 0
      let result = Result { () throws(PacketError) -> Packet? in
        let (units, start) = try Self.readLength(bytes, from: 0, zero: 0x30, end: lengthEnd)
        let data = UnsafeRawBufferPointer(rebasing: bytes[start...])
        guard let count = Self.byteCount(ofUTF16: units, in: data) else { throw .invalidLength }
        end = start + count
        guard count > 0 else { return nil }
        return try Packet(version3Text: UnsafeRawBufferPointer(rebasing: data[..<count]))
      }
      return (result, end)
    }
    rest.moveReaderIndex(forwardBy: end)
    return try result.get()
  }

  private mutating func nextBinary() throws(PacketError) -> Packet {
    let (result, end) = rest.withUnsafeReadableBytes { bytes in
      var end = 0
      let result = Result { () throws(PacketError) -> Packet in
        guard let form = bytes.first else { throw .empty }
        guard form <= 1 else { throw .unknownType(form) }
        let (count, start) = try Self.readLength(bytes, from: 1, zero: 0, end: binaryLengthEnd)
        guard count <= bytes.count - start else { throw .invalidLength }
        end = start + count
        let data = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        guard form == 1 else { return try Packet(version3Text: data) }
        guard let type = data.first else { throw .empty }
        guard type == version3MessageType else { throw .unknownType(type) }
        // A copy, so that a message does not hold the whole payload.
        return .message(.binary(ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: data[1...]))))
      }
      return (result, end)
    }
    rest.moveReaderIndex(forwardBy: end)
    return try result.get()
  }

  /// Reads a length of at most ten digits, and where what it measures begins.
  private static func readLength(
    _ bytes: UnsafeRawBufferPointer, from first: Int, zero: UInt8, end: UInt8
  ) throws(PacketError) -> (length: Int, start: Int) {
    guard !bytes.isEmpty else { throw .empty }
    var length = 0
    var index = first
    while index < bytes.count, bytes[index] != end {
      guard bytes[index] >= zero, bytes[index] - zero <= 9, index - first < 10 else {
        throw .invalidLength
      }
      length = length * 10 + Int(bytes[index] - zero)
      index += 1
    }
    guard index < bytes.count, index > first else { throw .invalidLength }
    return (length, index + 1)
  }

  /// How many bytes of UTF-8 make so many UTF-16 code units; `nil` if there are too few, or if the
  /// length cuts a character in two. What is not UTF-8 counts for something that does not matter.
  private static func byteCount(ofUTF16 units: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard units <= bytes.count else { return nil }
    var index = 0
    var count = 0
    while count < units {
      guard index < bytes.count else { return nil }
      switch bytes[index] {
      case ..<0x80: index += 1
      case ..<0xe0: index += 2
      case ..<0xf0: index += 3
      default:
        index += 4
        count += 1
      }
      count += 1
    }
    return count == units && index <= bytes.count ? index : nil
  }
}
