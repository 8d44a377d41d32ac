// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

extension WebSocketStateMachine {
  /// Compressed bytes are unmasked this many at a time.
  private static let pieceBytes = 4096

  /// Decompresses the next `count` payload bytes of the current frame into the message.
  mutating func inflate(_ count: Int, from buffer: inout ByteBuffer) -> WebSocketProtocolError? {
    let start = message.bytes.readableBytes
    var mask = frame.mask
    var error: WebSocketProtocolError?
    buffer.withUnsafeReadableBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      withUnsafeTemporaryAllocation(
        byteCount: min(count, Self.pieceBytes), alignment: 16
      ) { piece in
        guard let target = piece.baseAddress else { return }
        var offset = 0
        while offset < count, error == nil {
          let length = min(count - offset, piece.count)
          _ = Masking.apply(mask, from: source + offset, to: target, count: length)
          mask = Masking.advance(mask, by: length)
          error = inflate(UnsafeRawBufferPointer(start: target, count: length))
          offset += length
        }
      }
    }
    buffer.moveReaderIndex(forwardBy: count)
    // The text came before whatever broke after it, so its error counts.
    return validate(from: start) ?? error
  }

  /// Decompresses what is left of a message whose last frame is complete.
  mutating func endInflating() -> WebSocketProtocolError? {
    let start = message.bytes.readableBytes
    do throws(Inflater.Failure) {
      try compression?.receiveEnd(into: &message.bytes, limit: limits.maxMessageBytes)
      return validate(from: start)
    } catch {
      return validate(from: start) ?? WebSocketProtocolError(error)
    }
  }

  private mutating func inflate(_ input: UnsafeRawBufferPointer) -> WebSocketProtocolError? {
    do throws(Inflater.Failure) {
      try compression?.receive(input, into: &message.bytes, limit: limits.maxMessageBytes)
      return nil
    } catch {
      return WebSocketProtocolError(error)
    }
  }
}

extension WebSocketProtocolError {
  fileprivate init(_ failure: Inflater.Failure) {
    switch failure {
    case .invalidData: self = .invalidCompression
    case .tooBig: self = .messageTooBig
    case .outOfMemory: self = .outOfMemory
    }
  }
}
