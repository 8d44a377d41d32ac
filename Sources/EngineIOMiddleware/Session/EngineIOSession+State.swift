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
    var handling = Handling.notStarted
    var runs: UInt32 = 0
    /// A task that takes messages for as long as there is a session, waiting for one.
    var consumer: UnsafeContinuation<Next, Never>?
    /// Where handlers run: on the connection that brings the messages.
    var executor: (any TaskExecutor)?
    var task: Task<Void, Never>?
    /// Whether handlers run in tasks that are cancelled, as the server does not wait any longer.
    var isCancelled = false
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

  /// What the session's handlers do.
  enum Handling {
    /// The connect handler has not returned.
    case notStarted
    /// Nothing, and no task waits for it to change: what there is to do starts one.
    case idle
    /// A task has them run, or waits for what they are to do. It has a number, because the next one
    /// may start before whoever started it has its handle.
    case running(UInt32)
    /// The last of them has returned.
    case finished
  }

  /// What the session's task does next.
  enum Next: Sendable {
    case start
    case message(EngineIOMessage)
    case finished
  }

  /// What to do once the lock was given back.
  struct Deferred {
    var poll: UnsafeContinuation<[Packet]?, Never>?
    var packets: [Packet]?
    var consumer: UnsafeContinuation<Next, Never>?
    var next: Next?
    var run: UInt32 = 0
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
    if let reason = deferred.ended {
      engine.noteEnd(reason)
      engine.log?.ended(self, reason)
    }
    for (webSocket, code) in deferred.closes { webSocket.close(code) }
    deferred.poll?.resume(returning: deferred.packets)
    for waiter in deferred.waiters { waiter.resume() }
    if let next = deferred.next {
      if let consumer = deferred.consumer {
        consumer.resume(returning: next)
      } else {
        handle(next, run: deferred.run)
      }
    }
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
        wakeHandlers(.finished, &state, &deferred)
        deferred.waiters += state.readers.takeAll() + state.senders.takeAll()
        deferred.waiters += state.drainers.takeAll()
      case .released:
        state.isReleased = true
        if let timer = state.timer.take() { engine.timers.remove(timer) }
        deferred.isForgotten = !state.isHandled
      }
    }
    if let transport = state.machine.transport { state.lastTransport = transport }
    watchDeadline(&state)
    wakeSenders(&state, &deferred)
  }

  /// Has the handlers do something, if none of them is at work.
  ///
  /// - Returns: whether they will, without a look at the mailbox.
  @discardableResult
  func wakeHandlers(_ next: Next, _ state: inout State, _ deferred: inout Deferred) -> Bool {
    if let consumer = state.consumer.take() {
      deferred.consumer = consumer
    } else if case .idle = state.handling {
      state.runs &+= 1
      state.handling = .running(state.runs)
      deferred.run = state.runs
    } else {
      return false
    }
    deferred.next = next
    return true
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
  /// Whether the application has the session: its connect handler has returned, its last one has not.
  var isHandled: Bool {
    switch handling {
    case .idle, .running: true
    case .notStarted, .finished: false
    }
  }

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
