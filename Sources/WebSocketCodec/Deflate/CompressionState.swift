// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import ContentCodec
internal import NIOCore

/// The two streams of a connection with permessage-deflate, as a value.
///
/// `@unchecked Sendable` although it holds classes: they are reached through this struct alone and
/// changed only by its mutating methods, which first make sure that no other copy refers to them.
struct CompressionState: @unchecked Sendable {
  /// What the sender leaves out at the end of each message (RFC 7692 section 7.2.2).
  private static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

  let minimumBytes: Int
  private let agreed: WebSocketDeflate
  private let isServer: Bool
  private var inflater: Inflater?
  private var deflater: Deflater?

  init(_ agreed: WebSocketDeflate, role: WebSocketStateMachine.Role) {
    self.agreed = agreed
    isServer = role == .server
    minimumBytes = agreed.options.minimumBytes
  }
}

// MARK: - Receiving

extension CompressionState {
  /// At least 9: zlib before 1.2.9 compresses with a window of 9 bits when told to use 8, and so do
  /// peers that make the same of an agreed 8.
  private var receivingWindowBits: Int {
    max(isServer ? agreed.clientMaxWindowBits : agreed.serverMaxWindowBits, 9)
  }
  private var receivingEndsContext: Bool {
    isServer ? agreed.clientNoContextTakeover : agreed.serverNoContextTakeover
  }

  /// Appends what the next bytes of a message decompress to.
  mutating func receive(
    _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, limit: Int
  ) throws(Inflater.Failure) {
    if inflater == nil {
      inflater = Inflater(windowBits: receivingWindowBits)
    } else if !isKnownUniquelyReferenced(&inflater) {
      inflater = inflater.flatMap(Inflater.init(copying:))
    }
    guard let inflater else { throw .outOfMemory }
    try inflater.inflate(input, into: &output, limit: limit)
  }

  /// Ends a message, and with it the sliding window unless that is taken over.
  mutating func receiveEnd(
    into output: inout ByteBuffer, limit: Int
  ) throws(Inflater.Failure) {
    var failure: Inflater.Failure?
    Self.tail.withUnsafeBytes { tail in
      do throws(Inflater.Failure) {
        try receive(tail, into: &output, limit: limit)
      } catch {
        failure = error
      }
    }
    if receivingEndsContext { inflater = nil }
    if let failure { throw failure }
  }

  mutating func endReceiving() {
    inflater = nil
  }
}

// MARK: - Sending

extension CompressionState {
  private var sendingWindowBits: Int {
    isServer ? agreed.serverMaxWindowBits : agreed.clientMaxWindowBits
  }
  private var sendingEndsContext: Bool {
    isServer ? agreed.serverNoContextTakeover : agreed.clientNoContextTakeover
  }

  /// The compressed payload of a message.
  ///
  /// - Returns: nil if the message is to be sent as it is, which is always allowed: because it is
  ///   small, would not get smaller, zlib has no memory, or no stream for a window of 8 bits.
  mutating func compressed(_ payload: UnsafeRawBufferPointer) -> ByteBuffer? {
    guard payload.count >= minimumBytes, sendingWindowBits >= 9 else { return nil }
    if deflater == nil {
      deflater = Deflater(
        format: .raw, windowBits: sendingWindowBits, level: agreed.options.compressionLevel,
        memoryLevel: agreed.options.memoryLevel)
    } else if !isKnownUniquelyReferenced(&deflater) {
      deflater = deflater.flatMap(Deflater.init(copying:))
    }
    guard let compressed = deflater?.message(payload) else { return nil }
    guard sendingEndsContext else { return compressed }
    deflater = nil
    // With a window to take over the peer would miss what this message put into ours.
    return compressed.readableBytes < payload.count ? compressed : nil
  }

  mutating func endSending() {
    deflater = nil
  }
}
