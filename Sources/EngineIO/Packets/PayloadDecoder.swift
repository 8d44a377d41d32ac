// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// Reads the packets of a polling payload one after the other.
///
/// The packets are separated by the byte 0x1e; a packet that starts with `b` is a binary message in
/// base64. An error says where it is and ends the reading: what came before it has been returned.
/// A payload without any packet is an error as well.
public struct PayloadDecoder: Sendable {
  /// What a payload may hold.
  public struct Limits: Sendable, Hashable {
    /// The largest size of a payload in bytes.
    public var maxBytes: Int
    /// The largest number of packets in a payload.
    public var maxPackets: Int

    /// Creates limits.
    public init(maxBytes: Int = 1_000_000, maxPackets: Int = 10_000) {
      self.maxBytes = maxBytes
      self.maxPackets = maxPackets
    }
  }

  private var rest: ByteBuffer
  private var isAtEnd = false
  private var index = 0
  private let limits: Limits

  /// Prepares to read `payload`; nothing is read or checked yet.
  public init(_ payload: ByteBuffer, limits: Limits = Limits()) {
    self.rest = payload
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
    guard index < limits.maxPackets else {
      isAtEnd = true
      throw .tooManyPackets(limit: limits.maxPackets)
    }
    let view = rest.readableBytesView
    let length: Int
    if let end = view.firstIndex(of: recordSeparator) {
      length = end - view.startIndex
    } else {
      length = view.count
      isAtEnd = true
    }
    let result = rest.withUnsafeReadableBytes { bytes in
      Result { () throws(PacketError) in
        try Packet(payloadBytes: UnsafeRawBufferPointer(rebasing: bytes[..<length]))
      }
    }
    rest.moveReaderIndex(forwardBy: isAtEnd ? length : length + 1)
    defer { index += 1 }
    switch result {
    case .success(let packet):
      return packet
    case .failure(let error):
      isAtEnd = true
      throw .packet(error, index: index)
    }
  }

  /// All packets of a payload.
  ///
  /// - Throws: `PayloadError` at the first fault.
  public static func decode(
    _ payload: ByteBuffer, limits: Limits = Limits()
  ) throws(PayloadError) -> [Packet] {
    var decoder = PayloadDecoder(payload, limits: limits)
    var packets: [Packet] = []
    while let packet = try decoder.next() { packets.append(packet) }
    return packets
  }
}

extension Packet {
  init(payloadBytes bytes: UnsafeRawBufferPointer) throws(PacketError) {
    guard let first = bytes.first else { throw .empty }
    let data = UnsafeRawBufferPointer(rebasing: bytes[1...])
    if first == binaryMarker {
      guard let binary = Base64.decode(data) else { throw .invalidBase64 }
      self = .message(.binary(binary))
      return
    }
    guard let kind = Kind(rawValue: first) else { throw .unknownType(first) }
    guard let text = String(validating: data, as: UTF8.self) else { throw .invalidUTF8 }
    self.init(kind: kind, text: text)
  }
}

/// Separates the packets of a payload.
let recordSeparator: UInt8 = 0x1e

/// Starts a binary message in a payload.
let binaryMarker = UInt8(ascii: "b")
