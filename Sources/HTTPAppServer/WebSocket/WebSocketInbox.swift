// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore

/// The messages that wait for the application.
struct WebSocketInbox {
  private var messages = CircularBuffer<WebSocketMessage>(initialCapacity: 2)
  private var bytes = 0

  /// Bytes above which nothing more is to come in.
  private static let limit = 64 << 10
  /// What a message costs besides its bytes: empty ones are not free.
  private static let messageOverhead = 64

  var hasRoom: Bool { bytes < Self.limit }

  mutating func append(_ message: WebSocketMessage) {
    messages.append(message)
    bytes += message.byteCount + Self.messageOverhead
  }

  mutating func popFirst() -> WebSocketMessage? {
    guard let message = messages.popFirst() else { return nil }
    bytes -= message.byteCount + Self.messageOverhead
    return message
  }
}

extension WebSocketMessage {
  /// Bytes of the payload.
  var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.readableBytes
    }
  }
}
