// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension Packet {
  /// Reads a packet from a WebSocket text frame: the type digit and the text.
  ///
  /// - Throws: `PacketError` if the frame is empty or starts with no packet type.
  public init(webSocketText frame: String) throws(PacketError) {
    guard let first = frame.utf8.first else { throw .empty }
    guard let kind = Kind(rawValue: first) else { throw .unknownType(first) }
    // By code units: a combining mark after the digit would otherwise be taken for a part of it.
    self.init(kind: kind, text: String(Substring(frame.utf8.dropFirst())))
  }

  /// Reads a packet from a WebSocket binary frame, which is a binary message and nothing else.
  @inlinable
  public init(webSocketBinary frame: ByteBuffer) {
    self = .message(.binary(frame))
  }

  /// The packet as a WebSocket frame: text with its type digit in front, or the bare binary data.
  public var webSocketFrame: EngineIOMessage {
    switch self {
    case .message(.text(let text)): .text("4" + text)
    case .message(.binary): binaryFrame
    case .open(let text): .text("0" + text)
    case .close: .text("1")
    case .ping(let text): .text("2" + text)
    case .pong(let text): .text("3" + text)
    case .upgrade: .text("5")
    case .noop: .text("6")
    }
  }

  private var binaryFrame: EngineIOMessage {
    guard case .message(let message) = self else { return .text("") }
    return message
  }
}
