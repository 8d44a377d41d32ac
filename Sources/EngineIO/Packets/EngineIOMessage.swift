// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// What an application sends and receives: one message, text or binary.
///
/// The kind survives the journey: text arrives as text and binary as binary, on every transport.
public enum EngineIOMessage: Sendable, Hashable {
  /// A text message.
  case text(String)
  /// A binary message.
  case binary(ByteBuffer)
}

extension EngineIOMessage {
  /// The size of the message's data in bytes, as UTF-8 for text.
  @inlinable
  public var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.readableBytes
    }
  }
}

extension EngineIOMessage: ExpressibleByStringLiteral {
  /// Creates a text message.
  public init(stringLiteral value: String) {
    self = .text(value)
  }
}
