// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension SessionStateMachine {
  /// The time at which `timerFired(now:)` has something to do. Later events may move it either way.
  public var nextDeadline: ContinuousClock.Instant? {
    switch state {
    case .opening, .closed: return nil
    case .closing(_, let deadline): return deadline
    case .open(let transport):
      var deadline: ContinuousClock.Instant?
      switch heartbeat {
      case .pingDue(let instant): deadline = instant
      case .pongDue(let instant), .clientPingDue(let instant):
        deadline = instant.advanced(by: patience)
      case .stopped: break
      }
      if case .polling(let polling) = transport, let probe = polling.probe {
        deadline = min(deadline ?? probe.deadline, probe.deadline)
      }
      return deadline
    }
  }

  /// Does what is due: sends the ping, ends a session whose pong did not come, closes a WebSocket
  /// that probes for too long, forgets a session whose leftovers nobody fetched.
  public mutating func timerFired(now: ContinuousClock.Instant) -> [Action] {
    if case .closing(_, let deadline) = state, now >= deadline {
      state = .closed
      queue = PacketQueue()
      return [.released]
    }
    guard case .open(let transport) = state else { return [] }
    var actions: [Action] = []
    if case .polling(let polling) = transport, let probe = polling.probe, now >= probe.deadline {
      actions = endProbe(polling, .timeout)
    }
    switch heartbeat {
    case .pongDue(let deadline) where now >= deadline.advanced(by: patience),
      .clientPingDue(let deadline) where now >= deadline.advanced(by: patience):
      actions += end(.pingTimeout, now: now)
    case .pingDue(let instant) where now >= instant:
      // The timeout counts from the time the ping was due, so that a late timer does not add up;
      // but not if it was so late that the client's time to answer would be cut noticeably.
      let isOnTime = instant.duration(to: now) <= configuration.pingTimeout / 4
      heartbeat = .pongDue((isOnTime ? instant : now).advanced(by: configuration.pingTimeout))
      actions += sendHeartbeat(.ping(""))
    case .pongDue, .clientPingDue, .pingDue, .stopped:
      break
    }
    return actions
  }

  /// What a pong may be late by: while a reader is blocked, one more round of the heartbeat.
  private var patience: Duration {
    blockedReaders > 0 ? configuration.pingInterval + configuration.pingTimeout : .zero
  }

  /// A reader waits for the application before it reads on. A pong may be among what it has not
  /// read, so the session is given more time; not without end, for the application may be waiting
  /// for a client that is gone.
  public mutating func readerBlocked() {
    blockedReaders += 1
  }

  /// A reader reads on. The client has the full time again to answer.
  public mutating func readerUnblocked(now: ContinuousClock.Instant) {
    blockedReaders -= 1
    guard blockedReaders == 0 else { return }
    switch heartbeat {
    case .pongDue(let deadline):
      heartbeat = .pongDue(max(deadline, now.advanced(by: configuration.pingTimeout)))
    case .clientPingDue(let deadline):
      heartbeat = .clientPingDue(max(deadline, clientPingDeadline(from: now)))
    case .pingDue, .stopped:
      break
    }
  }

  private mutating func sendHeartbeat(_ packet: Packet) -> [Action] {
    switch state {
    case .open(.socket(let socket)):
      return [.send([packet], on: socket)]
    case .open(.polling(var polling)):
      if let poll = polling.poll {
        polling.poll = nil
        state = .open(.polling(polling))
        return [.answerPoll(poll, [packet])]
      }
      // One says as much as many.
      if !queue.holdsHeartbeat { queue.append(packet) }
      return []
    case .open(.awaitedSocket):
      queue.append(packet)
      return []
    case .opening, .closing, .closed:
      return []
    }
  }

  mutating func pongReceived(now: ContinuousClock.Instant) {
    // A pong that nobody asked for must not postpone the next ping. Neither must one that comes
    // before its ping was fetched: a client that posts and never polls would live for ever, and
    // pings pile up for it.
    guard case .pongDue = heartbeat, !queue.holdsHeartbeat else { return }
    heartbeat = .pingDue(now.advanced(by: configuration.pingInterval))
  }

  /// The client's ping, in version 3.
  mutating func pingReceived(now: ContinuousClock.Instant) -> [Action] {
    guard case .clientPingDue = heartbeat else { return [] }
    heartbeat = .clientPingDue(clientPingDeadline(from: now))
    return sendHeartbeat(.pong(""))
  }

  func clientPingDeadline(from now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    now.advanced(by: configuration.pingInterval + configuration.pingTimeout)
  }
}
