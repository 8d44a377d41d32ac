// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension WebSocketStateMachine {
  /// Takes the next event out of the bytes received.
  ///
  /// Consumes every byte it can judge, so at most an unfinished header or control frame (130 bytes)
  /// stays in `buffer`: keep that and append what arrives next. Frames may be split anywhere; no
  /// byte is looked at twice. After ``Event/close(_:reason:)`` or ``Event/failure(_:)`` all bytes are
  /// discarded.
  ///
  /// A large payload is unmasked in place if `buffer` owns its storage alone, and is otherwise
  /// unmasked while it is copied out.
  ///
  /// - Returns: nil when more bytes are needed.
  public mutating func next(in buffer: inout ByteBuffer) -> Event? {
    if buffer.readableBytes > 0, closeState == .open, message.kind == .none {
      var frameLength = 0
      let event = buffer.withUnsafeReadableBytes { readSmallMessage($0, &frameLength) }
      if let event {
        buffer.moveReaderIndex(forwardBy: frameLength)
        return event
      }
    }
    return nextOfAnyKind(in: &buffer)
  }

  @inline(never)
  private mutating func nextOfAnyKind(in buffer: inout ByteBuffer) -> Event? {
    while buffer.readableBytes > 0 {
      guard closeState == .open || closeState == .closeSent else {
        buffer.moveReaderIndex(to: buffer.writerIndex)
        return nil
      }
      switch frame.remaining > 0 ? continueFrame(in: &buffer) : startFrame(in: &buffer) {
      case .event(let event): return event
      case .failure(let error): return fail(error)
      case .needsBytes: return nil
      case .consumed: continue
      }
    }
    return nil
  }

  enum Step {
    case event(Event)
    case failure(WebSocketProtocolError)
    case consumed
    case needsBytes
  }

  private mutating func fail(_ error: WebSocketProtocolError) -> Event {
    endReading()
    return .failure(error)
  }

  /// Reads nothing more: the peer's close frame came, or it broke the protocol.
  mutating func endReading() {
    message = IncomingMessage()
    frame = IncomingFrame()
    compression?.endReceiving()
    closeState = closeState == .open ? .closeReceived : .closed
  }
}

// MARK: - Frames

extension WebSocketStateMachine {
  private mutating func startFrame(in buffer: inout ByteBuffer) -> Step {
    let parsed = buffer.withUnsafeReadableBytes { bytes in
      FrameHeader.parse(
        bytes, maskRequired: role == .server, compressionAllowed: compression != nil,
        maxFrameBytes: limits.maxFrameBytes)
    }
    let header: FrameHeader
    switch parsed {
    case .header(let parsed): header = parsed
    case .incomplete: return .needsBytes
    case .failure(let error): return .failure(error)
    }

    let available = buffer.readableBytes &- header.headerLength
    if header.opcode.isControl {
      guard available >= header.payloadLength else { return .needsBytes }
      buffer.moveReaderIndex(forwardBy: header.headerLength)
      return readControl(header, in: &buffer)
    }
    guard closeState == .open else {
      buffer.moveReaderIndex(forwardBy: header.headerLength)
      frame = IncomingFrame(remaining: header.payloadLength, isSkipped: true)
      return .consumed
    }

    if let error = openMessage(header) { return .failure(error) }
    buffer.moveReaderIndex(forwardBy: header.headerLength)
    if header.isFinal, message.fragments == 1, !message.isCompressed,
      available >= header.payloadLength
    {
      return readWholeMessage(header, in: &buffer)
    }
    frame = IncomingFrame(
      remaining: header.payloadLength, isFinal: header.isFinal, mask: header.mask)
    return header.payloadLength == 0 ? endFrame() : .consumed
  }

  /// Checks a data frame against the message it opens or continues (RFC 6455 section 5.4).
  @inline(__always)
  private mutating func openMessage(_ header: FrameHeader) -> WebSocketProtocolError? {
    if header.opcode == .continuation {
      guard message.kind != .none else { return .unexpectedContinuation }
    } else {
      guard message.kind == .none else { return .expectedContinuation }
      message.kind = header.opcode == .text ? .text : .binary
      message.isCompressed = header.isCompressed
    }
    message.fragments &+= 1
    guard message.fragments <= limits.maxFragments else { return .tooManyFragments }
    // Bytes that do not compress become a few more, so what has to fit is checked once inflated.
    let slack = message.isCompressed ? limits.maxMessageBytes >> 6 &+ 64 : 0
    guard header.payloadLength <= limits.maxMessageBytes &+ slack &- message.wireBytes else {
      return .messageTooBig
    }
    message.wireBytes &+= header.payloadLength
    return nil
  }

  private mutating func continueFrame(in buffer: inout ByteBuffer) -> Step {
    let count = min(frame.remaining, buffer.readableBytes)
    if frame.isSkipped {
      buffer.moveReaderIndex(forwardBy: count)
      frame.remaining &-= count
      return .consumed
    }
    if let error = append(count, from: &buffer) { return .failure(error) }
    frame.remaining &-= count
    frame.mask = Masking.advance(frame.mask, by: count)
    return frame.remaining == 0 ? endFrame() : .consumed
  }

  private mutating func endFrame() -> Step {
    guard frame.isFinal else { return .consumed }
    return endMessage()
  }
}
