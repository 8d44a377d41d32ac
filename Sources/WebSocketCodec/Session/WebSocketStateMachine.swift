// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import NIOCore

/// One side of one WebSocket connection after its handshake (RFC 6455): bytes in, messages out, and
/// the reverse, without I/O, tasks or clocks.
///
/// Feed received bytes to ``next(in:)`` until it returns nil, and send what the `write` methods
/// append. Nothing is answered by itself: the caller replies to pings and to the peer's close frame,
/// because when and whether to write is its decision.
///
/// ```swift
/// while let event = machine.next(in: &received) {
///   switch event {
///   case .text(let text): machine.write(text: text, into: &out)
///   case .binary(let bytes): machine.write(binary: bytes, into: &out)
///   case .ping(let payload): machine.write(pong: payload, into: &out)
///   case .pong: break
///   case .close(let code, _): machine.writeClose(code, into: &out)
///   case .failure(let error): machine.writeClose(error.closeCode, into: &out)
///   }
/// }
/// ```
///
/// ## Memory
/// A connection between messages holds no heap memory. While a message is incomplete it holds the
/// bytes received of it, in a buffer of at most twice their size (or 64 KiB), never more than
/// ``Limits/maxMessageBytes``; what a frame's header announces is not allocated in advance.
/// ``WebSocketDeflate`` says what compression adds.
public struct WebSocketStateMachine: Sendable {
  /// Which end of the connection this is.
  public enum Role: Sendable {
    /// Refuses frames that are not masked, and masks none (RFC 6455 section 5.1).
    case server
    /// Refuses frames that are masked, and masks all with fresh random keys.
    case client
  }

  /// How far the close handshake has come (RFC 6455 section 7.1).
  public enum CloseState: Sendable {
    /// Messages flow both ways.
    case open
    /// Our close frame is written. Messages of the peer are skipped; its close frame is awaited.
    case closeSent
    /// Nothing more is read: the peer closed, or broke the protocol. Our close frame is due; answers
    /// to what came before may precede it.
    case closeReceived
    /// Both are done.
    case closed
  }

  /// Which end of the connection this is.
  public let role: Role
  /// What the peer may send.
  public let limits: Limits
  /// How far the close handshake has come.
  public internal(set) var closeState = CloseState.open

  var message = IncomingMessage()
  var frame = IncomingFrame()
  var maskingKeys = SystemRandomNumberGenerator()
  var compression: CompressionState?

  /// Makes the state of a connection whose handshake has just ended.
  ///
  /// - Parameter deflate: what was agreed on compression, if anything.
  public init(role: Role, limits: Limits = Limits(), deflate: WebSocketDeflate? = nil) {
    self.role = role
    self.limits = limits
    compression = deflate.map { CompressionState($0, role: role) }
  }
}

// MARK: - Reading state

extension WebSocketStateMachine {
  /// The data message under assembly.
  struct IncomingMessage {
    enum Kind {
      case none
      case text
      case binary
    }

    var kind = Kind.none
    /// Frames so far, empty ones included.
    var fragments = 0
    /// Set by RSV1 of the first frame.
    var isCompressed = false
    /// Payload bytes announced so far, still compressed if the message is.
    var wireBytes = 0
    /// Unmasked and decompressed payload so far.
    var bytes = ByteBuffer()
    var validator = UTF8Validator()
  }

  /// The data frame whose header was read but whose payload is not complete.
  struct IncomingFrame {
    var remaining = 0
    var isFinal = false
    /// The masking key, turned so that the next byte's octet is lowest.
    var mask: UInt32 = 0
    /// Set for what arrives after our close frame.
    var isSkipped = false
  }
}
