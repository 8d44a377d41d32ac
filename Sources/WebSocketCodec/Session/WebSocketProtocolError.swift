// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a peer did wrong, and the code to close the connection with (RFC 6455 section 7.4.1).
public struct WebSocketProtocolError: Error, Hashable, Sendable {
  /// 1002, 1007 or 1009.
  public let closeCode: WebSocketCloseCode
  /// A short text in English, fit for the reason of the close frame.
  public let reason: String

  private init(_ closeCode: WebSocketCloseCode, _ reason: String) {
    self.closeCode = closeCode
    self.reason = reason
  }
}

extension WebSocketProtocolError: CustomStringConvertible {
  /// Code and reason.
  public var description: String { "\(closeCode) \(reason)" }
}

// MARK: - 1002

extension WebSocketProtocolError {
  /// A client sent a frame without a mask (section 5.1).
  public static let maskMissing = Self(.protocolError, "client frame not masked")
  /// A server sent a masked frame (section 5.1).
  public static let maskForbidden = Self(.protocolError, "server frame masked")
  /// A reserved bit without an extension that gives it a meaning (section 5.2).
  public static let reservedBits = Self(.protocolError, "reserved bit set")
  /// Opcode 3–7 or 11–15 (section 5.2).
  public static let reservedOpcode = Self(.protocolError, "reserved opcode")
  /// A close, ping or pong without FIN (section 5.5).
  public static let fragmentedControlFrame = Self(.protocolError, "fragmented control frame")
  /// A close, ping or pong of more than 125 bytes (section 5.5).
  public static let controlFrameTooLong = Self(.protocolError, "control frame too long")
  /// A continuation frame while no message is open (section 5.4).
  public static let unexpectedContinuation = Self(.protocolError, "nothing to continue")
  /// A new data frame while a fragmented message is open (section 5.4).
  public static let expectedContinuation = Self(.protocolError, "expected a continuation")
  /// A length in more bytes than it needs (section 5.2).
  public static let lengthNotMinimal = Self(.protocolError, "length not minimal")
  /// A 64-bit length with its top bit set (section 5.2).
  public static let lengthOutOfRange = Self(.protocolError, "length out of range")
  /// A close frame with a body of one byte (section 5.5.1).
  public static let invalidCloseBody = Self(.protocolError, "close body of one byte")
  /// A close code that may not be sent (section 7.4).
  public static let invalidCloseCode = Self(.protocolError, "invalid close code")
}

// MARK: - 1007 and 1009

extension WebSocketProtocolError {
  /// A text message or a close reason that is not UTF-8 (section 8.1).
  public static let invalidUTF8 = Self(.invalidPayload, "invalid UTF-8")
  /// A frame announces more than ``WebSocketStateMachine/Limits/maxFrameBytes``.
  public static let frameTooBig = Self(.messageTooBig, "frame too big")
  /// A message has more than ``WebSocketStateMachine/Limits/maxMessageBytes``.
  public static let messageTooBig = Self(.messageTooBig, "message too big")
  /// A message comes in more than ``WebSocketStateMachine/Limits/maxFragments`` frames.
  public static let tooManyFragments = Self(.messageTooBig, "too many fragments")
}
