// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One session of an Engine.IO server, protocol version 4 or 3, without I/O and without a clock.
///
/// ```
///                reject                            end
///   opening ────────────────▶ closed ◀──────────────────────── open ◀──┐
///      │                         ▲                              │ │    │ probe, upgrade, ping …
///      └───────── open ──────────┼──────────────────────────────┘ └────┘
///                                │        end, with something left
///                              closing ◀── for the client to fetch
/// ```
///
/// Every event is a method; what has to be done about it comes back as actions. Leaving `open` is
/// the one transition that yields `Action.ended`, so a session has exactly one end, whatever
/// arrives at once. Every packet is handed out in the order of `send`, to one transport, once.
///
/// Times are passed in. The owner calls `timerFired(now:)` when `nextDeadline` has come.
public struct SessionStateMachine: Sendable, Hashable {
  enum State: Sendable, Hashable {
    /// The handshake is being answered. The session may already have been closed from within.
    case opening(TransportKind, endRequested: DisconnectReason?)
    case open(Transport)
    case closing(Leftover, deadline: ContinuousClock.Instant)
    case closed
  }

  enum Transport: Sendable, Hashable {
    case polling(Polling)
    /// The WebSocket of a handshake, until it is there.
    case awaitedSocket
    case socket(SocketToken)
  }

  struct Polling: Sendable, Hashable {
    /// Parked only while no packet waits and no probe has been accepted.
    var poll: PollToken?
    var probe: Probe?
  }

  struct Probe: Sendable, Hashable {
    let socket: SocketToken
    let deadline: ContinuousClock.Instant
    /// Whether `2probe` has been answered.
    var isAccepted = false
  }

  /// What a session that is over still has for its client.
  enum Leftover: Sendable, Hashable {
    /// Queued packets and a close packet, for the next poll.
    case queueAndClose
    /// A `noop` for a poll that crossed the client's close packet.
    case farewell
    /// Queued packets for the WebSocket of the handshake, which is not there yet.
    case awaitedSocket
  }

  enum Heartbeat: Sendable, Hashable {
    case stopped
    case pingDue(ContinuousClock.Instant)
    case pongDue(ContinuousClock.Instant)
    /// In version 3 it is the client that pings.
    case clientPingDue(ContinuousClock.Instant)
  }

  let configuration: Configuration
  var state: State
  var queue = PacketQueue()
  var heartbeat = Heartbeat.stopped
  /// Of polling; outlives an upgrade, so that what the post brings is not lost.
  var post: PostToken?
  /// How many readers wait for the application before they read on.
  var blockedReaders = 0
  /// Why the session ended.
  public internal(set) var endReason: DisconnectReason?
  private var lastToken: UInt32 = 0

  /// Creates the session of a handshake on the given transport.
  public init(transport: TransportKind, configuration: Configuration) {
    self.configuration = configuration
    state = .opening(transport, endRequested: nil)
  }

  mutating func nextToken() -> UInt32 {
    lastToken &+= 1
    return lastToken
  }
}

// MARK: - What the session is like

extension SessionStateMachine {
  /// Whether messages can be received and, but for the limits, sent.
  public var isOpen: Bool {
    switch state {
    case .opening(_, let endRequested): endRequested == nil
    case .open: true
    case .closing, .closed: false
    }
  }

  /// How packets travel now, or did last.
  public var transport: TransportKind? {
    switch state {
    case .opening(let kind, _): kind
    case .open(.polling): .polling
    case .open(.socket), .open(.awaitedSocket): .websocket
    case .closing(.awaitedSocket, _): .websocket
    case .closing: .polling
    case .closed: nil
    }
  }

  /// Whether a WebSocket probes for the session.
  public var isUpgrading: Bool {
    if case .open(.polling(let polling)) = state { polling.probe != nil } else { false }
  }

  /// The size of the packets that wait for a poll, in bytes.
  public var queuedBytes: Int { queue.byteCount }

  /// The number of packets that wait for a poll.
  public var queuedPackets: Int { queue.packets.count }

  /// Whether senders have to wait for a poll.
  public var isAboveHighWaterMark: Bool {
    queue.byteCount > configuration.highWaterMarkBytes
      || queue.packets.count > configuration.highWaterMarkPackets
  }
}

// MARK: - Opening

extension SessionStateMachine {
  /// The application accepted the session: the heartbeat starts.
  ///
  /// - Parameter handshake: the JSON text of the open packet.
  /// - Returns: the packets that answer a polling handshake; none for a WebSocket, which takes
  ///   them when it is attached.
  public mutating func open(
    handshake: String, now: ContinuousClock.Instant
  ) -> (packets: [Packet], actions: [Action]) {
    guard case .opening(let kind, let endRequested) = state else { return ([], []) }
    let sent = queue.takeAll()
    heartbeat =
      switch configuration.version {
      case .v4: .pingDue(now.advanced(by: configuration.pingInterval))
      case .v3: .clientPingDue(clientPingDeadline(from: now))
      }
    switch kind {
    case .polling:
      state = .open(.polling(Polling()))
      var packets = [.open(handshake)] + sent
      guard let endRequested else { return (packets, []) }
      packets.append(.close)
      return (packets, close(endRequested))
    case .websocket:
      state = .open(.awaitedSocket)
      queue.append(.open(handshake))
      for packet in sent { queue.append(packet) }
      guard let endRequested else { return ([], []) }
      return ([], end(endRequested, now: now))
    }
  }

  /// The application rejected the session: there is nothing to end.
  public mutating func reject() {
    state = .closed
    queue = PacketQueue()
  }

  /// The WebSocket of the handshake is there.
  ///
  /// - Returns: `nil` if the session is over, or was not waiting for a WebSocket.
  public mutating func attachSocket() -> (socket: SocketToken, actions: [Action])? {
    switch state {
    case .open(.awaitedSocket):
      let socket = SocketToken(rawValue: nextToken())
      state = .open(.socket(socket))
      return (socket, [.send(queue.takeAll(), on: socket)])
    case .closing(.awaitedSocket, _):
      let socket = SocketToken(rawValue: nextToken())
      state = .closed
      return (
        socket,
        [
          .send(queue.takeAll(), on: socket), .closeSocket(socket, .sessionEnded), .released,
        ]
      )
    default:
      return nil
    }
  }
}

// MARK: - Sending

extension SessionStateMachine {
  /// Sends a message of the application.
  ///
  /// - Parameter isDroppable: refuse it above the high-water mark instead of queueing it.
  public mutating func send(_ message: EngineIOMessage, isDroppable: Bool = false) -> SendOutcome {
    if let outcome = outcomeUnqueued(isDroppable, canPoll: { $0.canPoll(message) }) {
      return outcome
    }
    queue.append(.message(message))
    return .queued(isAboveHighWaterMark: isAboveHighWaterMark)
  }

  /// What becomes of something to be sent, if it is not to be queued.
  ///
  /// - Parameter canPoll: whether a poll can carry it; asked only when one would have to.
  @inline(__always)
  mutating func outcomeUnqueued(
    _ isDroppable: Bool, canPoll: (Self) -> Bool
  ) -> SendOutcome? {
    switch state {
    case .open(.socket(let socket)):
      return .send(on: socket)
    case .open(.polling(var polling)):
      guard canPoll(self) else { return .refused(.separatorInText) }
      if let poll = polling.poll {
        polling.poll = nil
        state = .open(.polling(polling))
        return .answerPoll(poll)
      }
      return isDroppable && isAboveHighWaterMark ? .refused(.bufferFull) : nil
    case .open(.awaitedSocket):
      return isDroppable && isAboveHighWaterMark ? .refused(.bufferFull) : nil
    case .opening(let kind, nil):
      if kind == .polling, !canPoll(self) { return .refused(.separatorInText) }
      // Nobody takes what is sent before the handshake is answered, so waiting would be for ever.
      return isAboveHighWaterMark ? .refused(.bufferFull) : nil
    case .opening, .closing, .closed:
      return .refused(.closed)
    }
  }

  /// Whether a poll can carry a message.
  func canPoll(_ message: EngineIOMessage) -> Bool {
    configuration.version == .v3 || PayloadEncoder.canEncode(.message(message))
  }
}
