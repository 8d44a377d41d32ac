// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// One session of an Engine.IO client, protocol version 4, without I/O and without a clock.
///
/// ```
///          connect               handshake           end
///   idle ───────────▶ connecting ───────────▶ open ────────▶ closed
///                      │  ▲    │              │  ▲             ▲
///                      └──┘    │              └──┘             │
///               next transport │      poll, post, probe,       │
///                              │       upgrade, ping …         │
///                              └───────────────────────────────┘ failed
/// ```
///
/// Every event is a method; what has to be done about it comes back as actions. Leaving `open` is
/// the one transition that yields `Action.ended`, so a session has exactly one end, whatever arrives
/// at once. Every packet is handed out in the order of `send`, to one transport, once: posts follow
/// each other, and a WebSocket takes over only when neither a poll nor a post is under way.
///
/// Times are passed in, of a clock that goes on while the machine sleeps. The owner calls
/// `timerFired(now:)` when `nextDeadline` has come.
public struct ClientStateMachine: Sendable, Hashable {
  enum State: Sendable, Hashable {
    case idle
    case connecting(Attempt)
    case open(Session)
    case closed
  }

  /// The handshake on one of the transports.
  struct Attempt: Sendable, Hashable {
    enum Carrier: Sendable, Hashable {
      case poll(PollToken)
      case socket(SocketToken)
    }

    let index: Int
    let carrier: Carrier
    let deadline: ContinuousClock.Instant
  }

  struct Session: Sendable, Hashable {
    var transport: Transport
    /// When the server is taken for lost; `nil` if it does not say how often it pings.
    var expiry: ContinuousClock.Instant?
    /// When to give up saying goodbye; `nil` unless the client disconnects.
    var closing: ContinuousClock.Instant?
  }

  enum Transport: Sendable, Hashable {
    case polling(Polling)
    case socket(SocketToken)
  }

  struct Polling: Sendable, Hashable {
    var poll: PollToken?
    var post: Post?
    var probe: Probe?
  }

  struct Post: Sendable, Hashable {
    let token: PostToken
    let deadline: ContinuousClock.Instant
    /// Whether it has the close packet, after which there is nothing more to do.
    let isLast: Bool
  }

  struct Probe: Sendable, Hashable {
    enum Stage: Sendable, Hashable {
      case opening
      case asked
      /// No poll and no post begins any more; when those under way are over, the WebSocket takes over.
      case accepted
    }

    let socket: SocketToken
    let deadline: ContinuousClock.Instant
    var stage = Stage.opening
  }

  let configuration: Configuration
  var state = State.idle
  var queue = OutgoingQueue()
  /// Whether the application keeps up with what the server sends.
  var isReceiving = true
  /// Whether the one attempt to upgrade has begun.
  var hasProbed = false
  /// What the server said when it opened the session.
  public internal(set) var handshake: Handshake?
  var maxPayload = Int.max
  private var lastToken: UInt32 = 0

  /// Creates a client that has not begun to connect.
  public init(configuration: Configuration) {
    precondition(!configuration.transports.isEmpty, "a client needs a transport")
    self.configuration = configuration
  }

  mutating func nextToken() -> UInt32 {
    lastToken &+= 1
    return lastToken
  }
}

// MARK: - What the session is like

extension ClientStateMachine {
  /// Whether messages can be received and, but for the limits, sent.
  public var isOpen: Bool {
    if case .open(let session) = state { session.closing == nil } else { false }
  }

  /// Whether nothing more will happen.
  public var isClosed: Bool { state == .closed }

  /// How packets travel now; `nil` while there is no session.
  public var transport: TransportKind? {
    guard case .open(let session) = state else { return nil }
    switch session.transport {
    case .polling: return .polling
    case .socket: return .websocket
    }
  }

  /// The size of the packets that wait for a post, in bytes.
  public var queuedBytes: Int { queue.byteCount }

  /// The number of packets that wait for a post.
  public var queuedPackets: Int { queue.count }

  /// Whether senders have to wait for a post.
  public var isAboveHighWaterMark: Bool {
    queue.byteCount > configuration.highWaterMarkBytes
      || queue.count > configuration.highWaterMarkPackets
  }

  /// The time at which `timerFired(now:)` has something to do. Later events may move it either way.
  public var nextDeadline: ContinuousClock.Instant? {
    switch state {
    case .idle, .closed: return nil
    case .connecting(let attempt): return attempt.deadline
    case .open(let session):
      var deadline = session.expiry
      func consider(_ other: ContinuousClock.Instant?) {
        if let other { deadline = min(deadline ?? other, other) }
      }
      consider(session.closing)
      if case .polling(let polling) = session.transport {
        consider(polling.post?.deadline)
        consider(polling.probe?.deadline)
      }
      return deadline
    }
  }
}
