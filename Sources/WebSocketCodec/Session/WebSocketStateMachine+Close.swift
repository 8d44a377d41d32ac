// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension WebSocketStateMachine {
  /// Appends our close frame, the last frame of this side; later writes append nothing.
  ///
  /// As the answer to the peer's close frame pass on its code. As a server, then close the
  /// connection (RFC 6455 section 7.1.1).
  ///
  /// - Parameters:
  ///   - code: nil, or a code that is not ``WebSocketCloseCode/isAllowedOnWire``, sends a frame
  ///     without code and reason.
  ///   - reason: cut at the last character that ends within 123 bytes of UTF-8.
  /// - Returns: false, with nothing appended, if a close frame was written before.
  @discardableResult
  public mutating func writeClose(
    _ code: WebSocketCloseCode?, reason: String = "", into out: inout ByteBuffer
  ) -> Bool {
    switch closeState {
    case .open:
      closeState = .closeSent
      frame.isSkipped = true
      message = IncomingMessage()
      compression?.endReceiving()
    case .closeReceived:
      closeState = .closed
    case .closeSent, .closed:
      return false
    }

    compression?.endSending()

    var body = ByteBuffer()
    if let code, code.isAllowedOnWire {
      body.writeInteger(code.rawValue)
      body.writeString(Self.truncated(reason, toUTF8Count: 123))
    }
    body.withUnsafeReadableBytes { writeFrame(.close, $0, into: &out) }
    return true
  }

  private static func truncated(_ text: String, toUTF8Count limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var count = 0
    var kept = ""
    for character in text {
      count += character.utf8.count
      guard count <= limit else { break }
      kept.append(character)
    }
    return kept
  }
}
