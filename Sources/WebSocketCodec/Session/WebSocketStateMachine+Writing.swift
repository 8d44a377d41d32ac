// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension WebSocketStateMachine {
  /// Whether our close frame is still to come: before it messages may follow even the peer's
  /// (RFC 6455 section 5.5.1).
  private var mayWrite: Bool { closeState == .open || closeState == .closeReceived }

  /// Appends a text message as one frame.
  ///
  /// - Parameter compress: whether the message may be compressed, where that was agreed.
  /// - Returns: false, with nothing appended, when our close frame has been written.
  @discardableResult
  public mutating func write(
    text: String, compress: Bool = true, into out: inout ByteBuffer
  ) -> Bool {
    guard mayWrite else { return false }
    let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable {
      writeMessage(.text, UnsafeRawBufferPointer($0), compress: compress, into: &out)
    }
    if isWritten == nil {
      var text = text
      text.withUTF8 {
        writeMessage(.text, UnsafeRawBufferPointer($0), compress: compress, into: &out)
      }
    }
    return true
  }

  /// Appends a binary message as one frame; the payload is copied.
  ///
  /// - Parameter compress: whether the message may be compressed, where that was agreed.
  /// - Returns: false, with nothing appended, when our close frame has been written.
  @discardableResult
  public mutating func write(
    binary payload: ByteBuffer, compress: Bool = true, into out: inout ByteBuffer
  ) -> Bool {
    guard mayWrite else { return false }
    payload.withUnsafeReadableBytes {
      writeMessage(.binary, $0, compress: compress, into: &out)
    }
    return true
  }

  /// Appends a binary message as one frame, but leaves out a payload that need not be copied.
  ///
  /// A server's frames carry payloads unchanged unless they are compressed, so large ones can be
  /// sent from where they are (gathered in one system call) rather than copied behind their header.
  ///
  /// - Parameters:
  ///   - compress: whether the message may be compressed, where that was agreed.
  ///   - threshold: payloads of fewer bytes are copied all the same.
  /// - Returns: the payload if it has to follow `out` directly, before any other frame; nil if all
  ///   is in `out`, or nothing was appended because our close frame has been written.
  public mutating func write(
    binary payload: ByteBuffer, compress: Bool = true, detachingFrom threshold: Int,
    into out: inout ByteBuffer
  ) -> ByteBuffer? {
    guard mayWrite else { return nil }
    guard role == .server, payload.readableBytes >= threshold,
      !compress || payload.readableBytes < compression?.minimumBytes ?? .max
    else {
      write(binary: payload, compress: compress, into: &out)
      return nil
    }
    out.append(upTo: FrameHeader.maximumLength) { base in
      FrameHeader.write(opcode: .binary, payloadLength: payload.readableBytes, mask: nil, to: base)
    }
    return payload
  }

  /// Appends a ping with the first 125 bytes of `payload`.
  ///
  /// - Returns: false, with nothing appended, when our close frame has been written.
  @discardableResult
  public mutating func write(
    ping payload: ByteBuffer = ByteBuffer(), into out: inout ByteBuffer
  ) -> Bool {
    writeControl(.ping, payload, into: &out)
  }

  /// Appends a pong with the first 125 bytes of `payload`, which should be those of the ping.
  ///
  /// - Returns: false, with nothing appended, when our close frame has been written.
  @discardableResult
  public mutating func write(
    pong payload: ByteBuffer = ByteBuffer(), into out: inout ByteBuffer
  ) -> Bool {
    writeControl(.pong, payload, into: &out)
  }

  /// Appends a message encoded in advance; it is not compressed.
  ///
  /// A server that sends large ones may rather check ``closeState`` and send
  /// ``WebSocketPreparedMessage/serverFrame`` itself, which copies nothing.
  ///
  /// - Returns: false, with nothing appended, when our close frame has been written.
  @discardableResult
  public mutating func write(
    _ prepared: WebSocketPreparedMessage, into out: inout ByteBuffer
  ) -> Bool {
    guard mayWrite else { return false }
    prepared.serverFrame.withUnsafeReadableBytes { frame in
      if role == .server {
        _ = out.writeBytes(frame)
      } else {
        let payload = UnsafeRawBufferPointer(rebasing: frame[prepared.headerLength...])
        writeFrame(prepared.opcode, payload, into: &out)
      }
    }
    return true
  }

  private mutating func writeControl(
    _ opcode: Opcode, _ payload: ByteBuffer, into out: inout ByteBuffer
  ) -> Bool {
    guard mayWrite else { return false }
    payload.withUnsafeReadableBytes { bytes in
      writeFrame(opcode, UnsafeRawBufferPointer(rebasing: bytes.prefix(125)), into: &out)
    }
    return true
  }

  @inline(__always)
  private mutating func writeMessage(
    _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, compress: Bool,
    into out: inout ByteBuffer
  ) {
    if compress, let compressed = compression?.compressed(payload) {
      compressed.withUnsafeReadableBytes {
        writeFrame(opcode, isCompressed: true, $0, into: &out)
      }
    } else {
      writeFrame(opcode, payload, into: &out)
    }
  }

  /// Appends header and payload, masked if this is a client.
  @inline(__always)
  mutating func writeFrame(
    _ opcode: Opcode, isCompressed: Bool = false, _ payload: UnsafeRawBufferPointer,
    into out: inout ByteBuffer
  ) {
    let count = payload.count
    let mask: UInt32? =
      role == .client ? UInt32(truncatingIfNeeded: maskingKeys.next()) : nil
    out.append(upTo: FrameHeader.maximumLength &+ count) { base in
      let length = FrameHeader.write(
        opcode: opcode, isCompressed: isCompressed, payloadLength: count, mask: mask, to: base)
      guard let source = payload.baseAddress else { return length }
      // A server's mask of 0 makes this a copy. Not memcpy: from 2 KiB on glibc uses `rep movsb`,
      // which AMD's Zen runs 20 times slower if the target lies 1 to 31 bytes behind the source
      // modulo 4096, and behind a header it easily does.
      _ = Masking.apply(mask ?? 0, from: source, to: base + length, count: count)
      return length &+ count
    }
  }
}
