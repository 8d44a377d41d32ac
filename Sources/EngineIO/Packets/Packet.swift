// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One packet of the Engine.IO protocol, version 4 or 3.
///
/// Only messages may be binary, which the shape of the type guarantees.
public enum Packet: Sendable, Hashable {
  /// Opens a session; the text is the handshake in JSON. Sent by the server.
  case open(String)
  /// Closes the session.
  case close
  /// Asks for a pong. Sent by the server, in version 3 by the client, and with the text `probe` by
  /// an upgrading client.
  case ping(String)
  /// Answers a ping with its text.
  case pong(String)
  /// Carries a message of the application.
  case message(EngineIOMessage)
  /// Completes the upgrade to another transport. Sent by the client.
  case upgrade
  /// Says nothing; ends a poll that has nothing to carry. Sent by the server.
  case noop
}

extension Packet {
  /// The type of a packet; the raw value is the ASCII digit that starts its text form.
  public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    /// `0`
    case open = 0x30
    /// `1`
    case close = 0x31
    /// `2`
    case ping = 0x32
    /// `3`
    case pong = 0x33
    /// `4`
    case message = 0x34
    /// `5`
    case upgrade = 0x35
    /// `6`
    case noop = 0x36
  }

  /// The packet's type.
  public var kind: Kind {
    switch self {
    case .open: .open
    case .close: .close
    case .ping: .ping
    case .pong: .pong
    case .message: .message
    case .upgrade: .upgrade
    case .noop: .noop
    }
  }

  /// The text of the packet after its type digit; `nil` for a binary message.
  var text: String? {
    switch self {
    case .open(let text), .ping(let text), .pong(let text), .message(.text(let text)): text
    case .close, .upgrade, .noop: ""
    case .message(.binary): nil
    }
  }

  /// What the packet counts for in the limits of a send buffer: its data and its type, in bytes.
  @inlinable
  public var byteCount: Int {
    switch self {
    case .message(let message): 1 + message.byteCount
    case .open(let text), .ping(let text), .pong(let text): 1 + text.utf8.count
    case .close, .upgrade, .noop: 1
    }
  }

  /// Data after the digits of `close`, `upgrade` and `noop` has no meaning and is not kept.
  init(kind: Kind, text: String) {
    switch kind {
    case .open: self = .open(text)
    case .close: self = .close
    case .ping: self = .ping(text)
    case .pong: self = .pong(text)
    case .message: self = .message(.text(text))
    case .upgrade: self = .upgrade
    case .noop: self = .noop
    }
  }
}
