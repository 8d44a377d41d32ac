// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// How a session's packets travel.
public enum TransportKind: String, Sendable, Hashable, CaseIterable {
  /// Long polling: GET takes packets, POST brings them.
  case polling
  /// A WebSocket.
  case websocket
}

/// Names a poll (a GET) that a session has parked.
public struct PollToken: Sendable, Hashable {
  let rawValue: UInt32
}

/// Names a post whose packets a session takes.
public struct PostToken: Sendable, Hashable {
  let rawValue: UInt32
}

/// Names a WebSocket that carries a session or probes for it.
public struct SocketToken: Sendable, Hashable {
  let rawValue: UInt32
}

extension SessionStateMachine {
  /// Times and limits of a session.
  public struct Configuration: Sendable, Hashable {
    /// The protocol version that the client speaks.
    public var version = ProtocolVersion.v4
    /// The time between a pong and the next ping. A client of version 3 that has not pinged for this
    /// time and `pingTimeout` is gone.
    public var pingInterval: Duration = .seconds(25)
    /// The time that the client has to answer a ping.
    public var pingTimeout: Duration = .seconds(20)
    /// The time that a WebSocket may probe before it is closed.
    public var upgradeTimeout: Duration = .seconds(10)
    /// How long a session that the server closed waits for the poll that takes the rest.
    public var closeTimeout: Duration = .seconds(30)
    /// How long a poll that crossed the client's own close packet is still answered.
    public var farewellTimeout: Duration = .seconds(1)
    /// Whether a polling session may go over to a WebSocket.
    public var allowsUpgrades = true
    /// The size of the packets waiting for a poll, in bytes, above which senders have to wait.
    public var highWaterMarkBytes = 1_000_000
    /// The number of packets waiting for a poll above which senders have to wait.
    public var highWaterMarkPackets = 1_000

    /// Creates a configuration with the defaults.
    public init() {}
  }

  /// Something for the owner of the machine to do, in the order in which the actions come.
  public enum Action: Sendable, Hashable {
    /// Answer the parked poll with these packets.
    case answerPoll(PollToken, [Packet])
    /// Send these packets on the WebSocket.
    case send([Packet], on: SocketToken)
    /// Close the WebSocket.
    case closeSocket(SocketToken, SocketCloseReason)
    /// The session is over for the application. Comes exactly once in the life of a session
    /// that was opened.
    case ended(DisconnectReason)
    /// Nothing more will come of this session: forget its id. Comes exactly once, with or after
    /// `ended`.
    case released
  }

  /// Why the machine closes a WebSocket.
  public enum SocketCloseReason: Sendable, Hashable {
    /// The session ended in the ordinary way.
    case sessionEnded
    /// The server goes away.
    case goingAway
    /// The peer sent what cannot be read or must not be sent.
    case protocolError
    /// The peer sent too much.
    case tooBig
    /// The peer did not do its part in time.
    case timeout
    /// The application failed.
    case internalError
  }

  /// What becomes of a poll.
  public enum PollOutcome: Sendable, Hashable {
    /// Answer it at once.
    case answer([Packet])
    /// Keep it until an `answerPoll` action names it.
    case parked(PollToken)
    /// Refuse it.
    case refused(EngineIOErrorCode)
  }

  /// What becomes of a post.
  public enum PostOutcome: Sendable, Hashable {
    /// Read its packets, hand each to `receive(_:in:now:)`, then call `endPost(_:)`.
    case accepted(PostToken)
    /// Refuse it.
    case refused(EngineIOErrorCode)
  }

  /// What becomes of a packet that was received.
  public enum ReceiveOutcome: Sendable, Hashable {
    /// It is a message for the application.
    case message(EngineIOMessage)
    /// It was dealt with.
    case actions([Action])
  }

  /// What becomes of a message to be sent.
  public enum SendOutcome: Sendable, Hashable {
    /// Send its packet on this WebSocket now.
    case send(on: SocketToken)
    /// Answer this parked poll with its packet now.
    case answerPoll(PollToken)
    /// It waits for a poll or a WebSocket.
    case queued(isAboveHighWaterMark: Bool)
    /// It was not taken.
    case refused(SendError)
  }

  /// Why a message was not taken.
  public enum SendError: Error, Sendable, Hashable {
    /// The session is over.
    case closed
    /// The send buffer is above its high-water mark.
    case bufferFull
    /// The text contains U+001E, which separates packets and cannot be escaped; such a text can
    /// travel only by WebSocket.
    case separatorInText
  }
}
