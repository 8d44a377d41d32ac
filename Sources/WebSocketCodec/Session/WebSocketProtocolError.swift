// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a peer did wrong, and the code to close the connection with (RFC 6455 section 7.4.1).
public struct WebSocketProtocolError: Error, Hashable, Sendable {
  /// A number rather than a text, so that results of the parser that may fail stay trivial to copy.
  private enum Kind: UInt8 {
    case maskMissing
    case maskForbidden
    case reservedBits
    case reservedOpcode
    case fragmentedControlFrame
    case controlFrameTooLong
    case unexpectedContinuation
    case expectedContinuation
    case lengthNotMinimal
    case lengthOutOfRange
    case invalidCloseBody
    case invalidCloseCode
    case invalidUTF8
    case invalidCompression
    case frameTooBig
    case messageTooBig
    case tooManyFragments
    case outOfMemory
  }

  private let kind: Kind

  private init(_ kind: Kind) {
    self.kind = kind
  }

  /// 1002, 1007, 1009 or, when it was not the peer's fault, 1011.
  public var closeCode: WebSocketCloseCode {
    switch kind {
    case .maskMissing, .maskForbidden, .reservedBits, .reservedOpcode, .fragmentedControlFrame,
      .controlFrameTooLong, .unexpectedContinuation, .expectedContinuation, .lengthNotMinimal,
      .lengthOutOfRange, .invalidCloseBody, .invalidCloseCode:
      .protocolError
    case .invalidUTF8, .invalidCompression: .invalidPayload
    case .frameTooBig, .messageTooBig, .tooManyFragments: .messageTooBig
    case .outOfMemory: .internalError
    }
  }

  /// A short text in English, fit for the reason of the close frame.
  public var reason: String {
    switch kind {
    case .maskMissing: "client frame not masked"
    case .maskForbidden: "server frame masked"
    case .reservedBits: "reserved bit set"
    case .reservedOpcode: "reserved opcode"
    case .fragmentedControlFrame: "fragmented control frame"
    case .controlFrameTooLong: "control frame too long"
    case .unexpectedContinuation: "nothing to continue"
    case .expectedContinuation: "expected a continuation"
    case .lengthNotMinimal: "length not minimal"
    case .lengthOutOfRange: "length out of range"
    case .invalidCloseBody: "close body of one byte"
    case .invalidCloseCode: "invalid close code"
    case .invalidUTF8: "invalid UTF-8"
    case .invalidCompression: "invalid compressed data"
    case .frameTooBig: "frame too big"
    case .messageTooBig: "message too big"
    case .tooManyFragments: "too many fragments"
    case .outOfMemory: "out of memory"
    }
  }
}

extension WebSocketProtocolError: CustomStringConvertible {
  /// Code and reason.
  public var description: String { "\(closeCode) \(reason)" }
}

// MARK: - 1002

extension WebSocketProtocolError {
  /// A client sent a frame without a mask (section 5.1).
  public static let maskMissing = Self(.maskMissing)
  /// A server sent a masked frame (section 5.1).
  public static let maskForbidden = Self(.maskForbidden)
  /// A reserved bit without an extension that gives it a meaning (section 5.2).
  public static let reservedBits = Self(.reservedBits)
  /// Opcode 3–7 or 11–15 (section 5.2).
  public static let reservedOpcode = Self(.reservedOpcode)
  /// A close, ping or pong without FIN (section 5.5).
  public static let fragmentedControlFrame = Self(.fragmentedControlFrame)
  /// A close, ping or pong of more than 125 bytes (section 5.5).
  public static let controlFrameTooLong = Self(.controlFrameTooLong)
  /// A continuation frame while no message is open (section 5.4).
  public static let unexpectedContinuation = Self(.unexpectedContinuation)
  /// A new data frame while a fragmented message is open (section 5.4).
  public static let expectedContinuation = Self(.expectedContinuation)
  /// A length in more bytes than it needs (section 5.2).
  public static let lengthNotMinimal = Self(.lengthNotMinimal)
  /// A 64-bit length with its top bit set (section 5.2).
  public static let lengthOutOfRange = Self(.lengthOutOfRange)
  /// A close frame with a body of one byte (section 5.5.1).
  public static let invalidCloseBody = Self(.invalidCloseBody)
  /// A close code that may not be sent (section 7.4).
  public static let invalidCloseCode = Self(.invalidCloseCode)
}

// MARK: - 1007, 1009 and 1011

extension WebSocketProtocolError {
  /// A text message or a close reason that is not UTF-8 (section 8.1).
  public static let invalidUTF8 = Self(.invalidUTF8)
  /// A compressed message that cannot be decompressed (RFC 7692 section 7.2.2).
  public static let invalidCompression = Self(.invalidCompression)
  /// A frame announces more than ``WebSocketStateMachine/Limits/maxFrameBytes``.
  public static let frameTooBig = Self(.frameTooBig)
  /// A message has more than ``WebSocketStateMachine/Limits/maxMessageBytes``.
  public static let messageTooBig = Self(.messageTooBig)
  /// A message comes in more than ``WebSocketStateMachine/Limits/maxFragments`` frames.
  public static let tooManyFragments = Self(.tooManyFragments)
  /// There is no memory to decompress a message.
  public static let outOfMemory = Self(.outOfMemory)
}
