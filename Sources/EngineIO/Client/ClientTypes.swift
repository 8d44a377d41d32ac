// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension ClientStateMachine {
  /// Times and limits of a client's session.
  public struct Configuration: Sendable, Hashable {
    /// The transports, in the order in which they are tried; at least one. A session that begins with
    /// polling goes over to a WebSocket if that is among them.
    public var transports: [TransportKind] = [.polling, .websocket]
    /// Whether the next transport is tried when one cannot open the session.
    public var triesAllTransports = false
    /// Whether a session that polls goes over to a WebSocket where the server offers it.
    public var allowsUpgrades = true
    /// How long the handshake on one transport, and each post, may take.
    public var requestTimeout: Duration = .seconds(10)
    /// How long going over to a WebSocket may take.
    public var upgradeTimeout: Duration = .seconds(10)
    /// How long sending what is left and taking leave may take.
    public var closeTimeout: Duration = .seconds(10)
    /// The largest number of packets in a post.
    public var maxPacketsPerPayload = 16
    /// The largest size of an answer to a poll, in bytes.
    public var maxReceivedBytes = 1 << 24
    /// The size of the packets waiting for a post, in bytes, above which senders have to wait.
    public var highWaterMarkBytes = 1 << 20
    /// The number of packets waiting for a post above which senders have to wait.
    public var highWaterMarkPackets = 1_000

    /// Creates a configuration with the defaults.
    public init() {}
  }

  /// Something for the owner of the machine to do, in the order in which the actions come.
  public enum Action: Sendable, Hashable {
    /// Fetch packets by GET; without a session id that is the handshake.
    case poll(PollToken)
    /// Send these packets by POST.
    case post(PostToken, [Packet])
    /// Forget a poll, whose answer is of no use any more.
    case cancelPoll(PollToken)
    /// Forget a post.
    case cancelPost(PostToken)
    /// Open a WebSocket; without a session id that is the handshake.
    case openSocket(SocketToken)
    /// Send these packets on the WebSocket.
    case send([Packet], on: SocketToken)
    /// Close the WebSocket in the ordinary way, after what was sent on it. `socketClosed` follows.
    case closeSocket(SocketToken)
    /// End the WebSocket, or the attempt to open it, at once. Nothing need follow.
    case abortSocket(SocketToken)
    /// A transport could not open the session, and the next one is tried.
    case attemptFailed(EngineIOClientError)
    /// The session is open. Comes at most once.
    case opened(Handshake)
    /// The session could not be opened. Comes at most once, and is then the last.
    case failed(EngineIOClientError)
    /// A message for the application.
    case message(EngineIOMessage)
    /// The server pinged, and is answered.
    case heartbeat
    /// The WebSocket carries the session from now on.
    case upgraded
    /// The session goes on by polling.
    case upgradeFailed(EngineIOClientError)
    /// The session is over. Comes exactly once in the life of a session that was opened, and is then
    /// the last.
    case ended(DisconnectReason, EngineIOClientError?)
  }

  /// What becomes of a packet that was received on a WebSocket.
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
    /// It waits for a post, or goes with one.
    case queued([Action], isAboveHighWaterMark: Bool)
    /// It was not taken.
    case refused(SendError)
    /// It was not taken: the server has been silent for too long, and the session ends.
    case expired([Action])
  }

  /// Why a message was not taken.
  public enum SendError: Error, Sendable, Hashable {
    /// The session is over, or about to be.
    case closed
    /// The send buffer is above its high-water mark.
    case bufferFull
    /// The message is larger than the server accepts, in bytes on the wire.
    case tooLarge(limit: Int)
    /// The text contains U+001E, which separates packets and cannot be escaped; such a text can
    /// travel only by WebSocket.
    case separatorInText
  }
}
