// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  /// Everything of a session that changes, under its lock.
  ///
  /// Sockets are written to while the lock is held, which never suspends: that is what keeps
  /// packets in order when the transport changes. Tasks are resumed after it was given back.
  struct State {
    var machine: SessionStateMachine
    var poll = PollSlot.none
    /// Answers to polls that were answered before they waited.
    var earlyAnswers: [(poll: PollToken, packets: [Packet])] = []
    var socket: Socket?
    var probe: Socket?
    var mailbox = Mailbox()
    /// The session's task, waiting for a message.
    var consumer: UnsafeContinuation<Next, Never>?
    /// Where the session's task runs.
    var executor: (any TaskExecutor)?
    /// Where it is to go on.
    var movesTo: (any TaskExecutor)?
    var task: Task<Void, Never>?
    var hasTask = false
    var isReleased = false
    var lastTransport: TransportKind
    var traffic = EngineIOTraffic()
    var timer: TimerQueue.Slot?
    var timerDeadline: ContinuousClock.Instant?
    /// Tasks that wait for room in the send buffer or the mailbox.
    var senders = Waiters()
    var readers = Waiters()
    /// Tasks that wait for the send buffer to be taken, and how often it was.
    var drainers = Waiters()
    var takings: UInt32 = 0

    init(
      machine: SessionStateMachine, executor: (any TaskExecutor)?, lastTransport: TransportKind
    ) {
      self.machine = machine
      self.executor = executor
      self.lastTransport = lastTransport
    }
  }

  struct Socket {
    let token: SocketToken
    let webSocket: WebSocket
  }

  /// The one poll that a session may have parked.
  enum PollSlot {
    case none
    /// Parked, and about to wait.
    case reserved(PollToken)
    case waiting(PollToken, UnsafeContinuation<[Packet]?, Never>)
  }

  /// What the session's task does next.
  enum Next: Sendable {
    case message(EngineIOMessage)
    /// Go on on the executor in `movesTo`.
    case move
    case finished
  }

  /// What to do once the lock was given back.
  struct Deferred {
    var poll: UnsafeContinuation<[Packet]?, Never>?
    var packets: [Packet]?
    var consumer: UnsafeContinuation<Next, Never>?
    var next = Next.finished
    var waiters: [UnsafeContinuation<Void, Never>] = []
    var closes: [(WebSocket, WebSocket.CloseCode)] = []
    var ended: DisconnectReason?
    var isForgotten = false
  }

  /// Runs `body` under the lock, then does what it deferred.
  func withState<Result: Sendable>(
    _ body: (inout State, inout Deferred) -> Result
  ) -> Result {
    let (result, deferred) = state.withLock { state in
      var deferred = Deferred()
      let result = body(&state, &deferred)
      return (result, deferred)
    }
    // First, so that whoever is resumed finds the session no longer counted.
    if let reason = deferred.ended { engine.noteEnd(reason) }
    for (webSocket, code) in deferred.closes { webSocket.close(code) }
    deferred.poll?.resume(returning: deferred.packets)
    deferred.consumer?.resume(returning: deferred.next)
    for waiter in deferred.waiters { waiter.resume() }
    if deferred.isForgotten { engine.remove(self) }
    return result
  }

  /// Does what the machine wants, and watches its deadline.
  func perform(
    _ actions: [SessionStateMachine.Action], _ state: inout State, _ deferred: inout Deferred
  ) {
    for action in actions {
      switch action {
      case .answerPoll(let poll, let packets):
        answer(poll, packets, &state, &deferred)
      case .send(let packets, let token):
        // The answer to a probe takes nothing of what waits.
        if state.machine.queuedPackets == 0 { state.takings &+= 1 }
        guard let webSocket = state.webSocket(token) else { break }
        state.traffic.sent.count(packets)
        for packet in packets {
          // A client may ping as often as it likes (version 3) without reading the answers.
          webSocket.offer(
            packet.webSocketMessage(in: format), beyondHighWaterMark: packet != .pong(""))
        }
      case .closeSocket(let token, let reason):
        // Not under the lock: a host may run other tasks of this thread from within, and nothing
        // more is sent on this WebSocket anyway.
        if let webSocket = state.webSocket(token) {
          deferred.closes.append((webSocket, reason.closeCode))
        }
      case .ended(let reason):
        deferred.ended = reason
        state.mailbox.finish()
        if let consumer = state.consumer.take() {
          deferred.consumer = consumer
          deferred.next = .finished
        }
        deferred.waiters += state.readers.takeAll() + state.senders.takeAll()
        deferred.waiters += state.drainers.takeAll()
      case .released:
        state.isReleased = true
        if let timer = state.timer.take() { engine.timers.remove(timer) }
        deferred.isForgotten = !state.hasTask
      }
    }
    if let transport = state.machine.transport { state.lastTransport = transport }
    watchDeadline(&state)
    wakeSenders(&state, &deferred)
  }

  func answer(
    _ poll: PollToken, _ packets: [Packet], _ state: inout State, _ deferred: inout Deferred
  ) {
    state.traffic.sent.count(packets)
    switch state.poll {
    case .waiting(poll, let continuation):
      state.poll = .none
      deferred.poll = continuation
      deferred.packets = packets
    case .reserved(poll):
      state.poll = .none
      state.earlyAnswers.append((poll, packets))
    default:
      break
    }
  }

  /// Sets the timer if the deadline is earlier than the one it waits for; a later one is looked up
  /// when it fires, so that pongs do not touch the timers.
  func watchDeadline(_ state: inout State) {
    guard !state.isReleased, var deadline = state.machine.nextDeadline else { return }
    // Nobody waits for a leftover to be forgotten, so many are forgotten at once.
    if !state.machine.isOpen { deadline = engine.time.roundUp(deadline) }
    if let watched = state.timerDeadline, watched <= deadline { return }
    let timer = state.timer ?? engine.timers.add(self)
    state.timer = timer
    state.timerDeadline = deadline
    engine.timers.setDeadline(deadline, of: timer)
  }

  func wakeSenders(_ state: inout State, _ deferred: inout Deferred) {
    if !state.senders.isEmpty, !state.machine.isAboveHighWaterMark {
      deferred.waiters += state.senders.takeAll()
    }
    if !state.drainers.isEmpty, state.machine.queuedPackets == 0 {
      deferred.waiters += state.drainers.takeAll()
    }
  }

  func timerFired() {
    let now = engine.time.now()
    withState { state, deferred in
      state.timerDeadline = nil
      perform(state.machine.timerFired(now: now), &state, &deferred)
    }
  }

  func end(_ reason: DisconnectReason) {
    let now = engine.time.now()
    withState { state, deferred in
      perform(state.machine.end(reason, now: now), &state, &deferred)
    }
  }
}

extension EngineIOSession.State {
  func webSocket(_ token: SocketToken) -> WebSocket? {
    if let socket, socket.token == token { return socket.webSocket }
    if let probe, probe.token == token { return probe.webSocket }
    return nil
  }
}

extension SessionStateMachine.SocketCloseReason {
  var closeCode: WebSocket.CloseCode {
    switch self {
    case .sessionEnded: .normalClosure
    case .goingAway: .goingAway
    case .protocolError: .protocolError
    case .tooBig: .messageTooBig
    case .timeout: .policyViolation
    case .internalError: .internalError
    }
  }
}
