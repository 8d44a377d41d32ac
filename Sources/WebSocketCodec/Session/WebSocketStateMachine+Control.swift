// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

extension WebSocketStateMachine {
  /// Takes a control frame (RFC 6455 section 5.5) whose payload is the head of `buffer`.
  mutating func readControl(_ header: FrameHeader, in buffer: inout ByteBuffer) -> Step {
    let payload = Self.readPayload(header, from: &buffer)
    switch header.opcode {
    case .close: return readClose(payload)
    // After our close frame a pong may not follow, so a ping would be of no use to the caller.
    case .ping: return closeState == .open ? .event(.ping(payload)) : .consumed
    default: return closeState == .open ? .event(.pong(payload)) : .consumed
    }
  }

  private mutating func readClose(_ payload: ByteBuffer) -> Step {
    var payload = payload
    guard payload.readableBytes > 0 else {
      endReading()
      return .event(.close(nil, reason: ""))
    }
    guard let number = payload.readInteger(as: UInt16.self) else {
      return .failure(.invalidCloseBody)
    }
    let code = WebSocketCloseCode(rawValue: number)
    guard code.isAllowedOnWire else { return .failure(.invalidCloseCode) }
    let reason: String? = payload.withUnsafeReadableBytes { bytes in
      var validator = UTF8Validator()
      guard validator.append(bytes), validator.isComplete else { return nil }
      return Self.validatedString(bytes, isASCII: false)
    }
    guard let reason else { return .failure(.invalidUTF8) }
    endReading()
    return .event(.close(code, reason: reason))
  }
}
