// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

// MARK: - Messages that arrive whole

extension WebSocketStateMachine {
  /// Payloads below this are always copied out: a slice would keep the whole receive buffer alive.
  private static let minimumSliceBytes = 1024
  /// A slice may keep at most this many times its own size alive.
  private static let maximumSliceFactor = 16
  /// Texts up to this are unmasked on the stack, where a temporary allocation still places them.
  private static let stackBytes = 1024

  /// Takes a message of one frame whose payload is the head of `buffer`.
  @inline(__always)
  mutating func readWholeMessage(_ header: FrameHeader, in buffer: inout ByteBuffer) -> Step {
    let kind = message.kind
    message.kind = .none
    message.fragments = 0
    message.wireBytes = 0
    if kind == .binary {
      return .event(.binary(Self.readPayload(header, from: &buffer)))
    }
    guard let text = Self.readText(header, from: &buffer) else { return .failure(.invalidUTF8) }
    return .event(.text(text))
  }

  /// Takes and unmasks a payload that is complete at the head of `buffer`, touching it once.
  static func readPayload(_ header: FrameHeader, from buffer: inout ByteBuffer) -> ByteBuffer {
    let length = header.payloadLength
    guard length > 0 else { return ByteBuffer() }
    if isWorthSlicing(length, of: buffer) {
      if header.mask == 0 || unmaskInPlace(header, in: &buffer) != nil,
        let slice = buffer.readSlice(length: length)
      {
        return slice
      }
    }
    var payload = ByteBufferAllocator().buffer(capacity: length)
    _ = move(length, from: &buffer, unmaskedWith: header.mask, to: &payload)
    return payload
  }

  private static func isWorthSlicing(_ length: Int, of buffer: ByteBuffer) -> Bool {
    length >= minimumSliceBytes && length >= buffer.storageCapacity / maximumSliceFactor
  }

  /// - Returns: whether the payload is ASCII; nil if the storage is shared and nothing was done.
  private static func unmaskInPlace(_ header: FrameHeader, in buffer: inout ByteBuffer) -> Bool? {
    buffer.modifyIfUniquelyOwned { buffer in
      buffer.withUnsafeMutableReadableBytes { bytes in
        guard let base = bytes.baseAddress else { return true }
        return Masking.apply(header.mask, from: base, to: base, count: header.payloadLength)
      }
    }
  }

  /// - Returns: nil if the payload is not UTF-8.
  @inline(__always)
  private static func readText(_ header: FrameHeader, from buffer: inout ByteBuffer) -> String? {
    let length = header.payloadLength
    var text: String?
    if header.mask == 0 {
      text = buffer.withUnsafeReadableBytes { String(validating: $0[..<length], as: UTF8.self) }
    } else if length > stackBytes, let isASCII = unmaskInPlace(header, in: &buffer) {
      text = buffer.withUnsafeReadableBytes { bytes in
        string(UnsafeRawBufferPointer(rebasing: bytes[..<length]), isASCII: isASCII)
      }
    } else {
      text = buffer.withUnsafeReadableBytes { bytes in
        guard let source = bytes.baseAddress else { return "" }
        return withUnsafeTemporaryAllocation(byteCount: length, alignment: 16) { unmasked in
          guard let target = unmasked.baseAddress else { return "" }
          let isASCII = Masking.apply(header.mask, from: source, to: target, count: length)
          return string(UnsafeRawBufferPointer(unmasked), isASCII: isASCII)
        }
      }
    }
    buffer.moveReaderIndex(forwardBy: length)
    return text
  }

  /// - Returns: nil if `bytes` are not UTF-8.
  @inline(__always)
  static func string(_ bytes: UnsafeRawBufferPointer, isASCII: Bool) -> String? {
    if !isASCII {
      var validator = UTF8Validator()
      guard validator.append(bytes), validator.isComplete else { return nil }
    }
    return validatedString(bytes, isASCII: isASCII)
  }

  /// Copies bytes that were found to be UTF-8.
  @inline(__always)
  static func validatedString(_ bytes: UnsafeRawBufferPointer, isASCII: Bool) -> String {
    // Unchecked because checked already: callers come here after `UTF8Validator` accepted the
    // bytes, or saw no byte above 0x7F. The span does not outlive `bytes`.
    let span = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
    return String(copying: UTF8Span(unchecked: span, isKnownASCII: isASCII))
  }
}

// MARK: - Messages that arrive in parts

extension WebSocketStateMachine {
  /// What is reserved for a frame at once, however long its header says it is.
  private static let maximumReservation = 64 << 10

  /// Moves the next `count` payload bytes of the current frame to the message.
  mutating func append(_ count: Int, from buffer: inout ByteBuffer) -> WebSocketProtocolError? {
    if message.isCompressed { return inflate(count, from: &buffer) }
    if message.bytes.readableBytes == 0 {
      message.bytes.reserveCapacity(max(count, min(frame.remaining, Self.maximumReservation)))
    }
    let start = message.bytes.readableBytes
    let isASCII = Self.move(
      count, from: &buffer, unmaskedWith: frame.mask, to: &message.bytes)
    if isASCII && message.validator.isComplete { return nil }
    return validate(from: start)
  }

  /// Validates what a text message has from byte `start` on.
  mutating func validate(from start: Int) -> WebSocketProtocolError? {
    guard message.kind == .text else { return nil }
    let isValid = message.bytes.withUnsafeReadableBytes { bytes in
      message.validator.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
    return isValid ? nil : .invalidUTF8
  }

  /// Moves `count` bytes from the head of `buffer` to the end of `target`.
  ///
  /// - Returns: whether they are ASCII.
  private static func move(
    _ count: Int, from buffer: inout ByteBuffer, unmaskedWith mask: UInt32,
    to target: inout ByteBuffer
  ) -> Bool {
    var isASCII = true
    target.append(upTo: count) { to in
      buffer.withUnsafeReadableBytes { source in
        guard let from = source.baseAddress else { return 0 }
        isASCII = Masking.apply(mask, from: from, to: to, count: count)
        return count
      }
    }
    buffer.moveReaderIndex(forwardBy: count)
    return isASCII
  }

  /// Hands out the message whose last frame is complete.
  mutating func endMessage() -> Step {
    if message.isCompressed, let error = endInflating() { return .failure(error) }
    let ended = message
    message = IncomingMessage()
    guard ended.kind == .text else { return .event(.binary(ended.bytes)) }
    guard ended.validator.isComplete else { return .failure(.invalidUTF8) }
    let text = ended.bytes.withUnsafeReadableBytes {
      Self.validatedString($0, isASCII: ended.validator.isASCII)
    }
    return .event(.text(text))
  }
}
