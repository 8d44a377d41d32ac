// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension SessionStateMachine {
  /// A poll (GET) arrived.
  ///
  /// A second poll beside a parked one ends the session: the first gets a close packet, the second
  /// is refused. While a probe is accepted no poll is parked; one that finds nothing gets a `noop`.
  public mutating func poll(
    now: ContinuousClock.Instant
  ) -> (outcome: PollOutcome, actions: [Action]) {
    // The owner's timer may be late; what is due counts as done.
    var actions = timerFired(now: now)
    switch state {
    case .open(.polling(var polling)):
      if polling.poll != nil {
        actions += end(.overlappingRequests, now: now)
        return (.refused(.badRequest), actions)
      }
      if !queue.isEmpty { return (.answer(queue.takeAll()), actions) }
      if let probe = polling.probe, probe.isAccepted { return (.answer([.noop]), actions) }
      let poll = PollToken(rawValue: nextToken())
      polling.poll = poll
      state = .open(.polling(polling))
      return (.parked(poll), actions)
    case .open(.socket), .open(.awaitedSocket):
      return (.refused(.badRequest), actions)
    case .closing(.queueAndClose, _):
      let packets = queue.takeAll() + [.close]
      state = .closed
      return (.answer(packets), actions + [.released])
    case .closing(.farewell, _):
      state = .closed
      return (.answer([.noop]), actions + [.released])
    case .opening, .closing(.awaitedSocket, _), .closed:
      return (.refused(.sessionIDUnknown), actions)
    }
  }

  /// The client abandoned a poll. If it was parked, the session ends, unless `keepsSession`.
  public mutating func abandonPoll(
    _ poll: PollToken, keepsSession: Bool = false, now: ContinuousClock.Instant
  ) -> [Action] {
    guard case .open(.polling(var polling)) = state, polling.poll == poll else { return [] }
    polling.poll = nil
    state = .open(.polling(polling))
    return keepsSession ? [] : end(.transportError, now: now)
  }

  /// The connection broke under a poll after it had been answered, and the packets are lost.
  public mutating func loseAnswer(now: ContinuousClock.Instant) -> [Action] {
    end(.transportError, now: now)
  }

  /// A post began. A second one before the first has ended ends the session.
  public mutating func beginPost(
    now: ContinuousClock.Instant
  ) -> (outcome: PostOutcome, actions: [Action]) {
    switch state {
    case .open(.polling):
      if post != nil { return (.refused(.badRequest), end(.overlappingRequests, now: now)) }
    case .closing(.queueAndClose, _):
      // Refusing would make the client give up before the poll that takes the rest.
      if post != nil { return (.refused(.badRequest), []) }
    case .open(.socket), .open(.awaitedSocket):
      return (.refused(.badRequest), [])
    case .opening, .closing, .closed:
      return (.refused(.sessionIDUnknown), [])
    }
    let token = PostToken(rawValue: nextToken())
    post = token
    return (.accepted(token), [])
  }

  /// A packet of a post was read.
  public mutating func receive(
    _ packet: Packet, in post: PostToken, now: @autoclosure () -> ContinuousClock.Instant
  ) -> ReceiveOutcome {
    guard self.post == post else { return .actions([]) }
    switch state {
    case .open:
      return handle(packet, now: now)
    case .closing(.queueAndClose, _) where packet == .close:
      state = .closed
      queue = PacketQueue()
      return .actions([.released])
    case .opening, .closing, .closed:
      return .actions([])
    }
  }

  /// A post was read to its end, or broke off.
  ///
  /// - Parameter failure: ends the session with this reason.
  /// - Returns: an error to answer with, if the post is why the session ended, by what it brought or
  ///   by being in the way of another.
  public mutating func endPost(
    _ post: PostToken, failure: DisconnectReason? = nil, now: ContinuousClock.Instant
  ) -> (error: EngineIOErrorCode?, actions: [Action]) {
    guard self.post == post else { return (nil, []) }
    self.post = nil
    let isAtFault = endReason == .overlappingRequests || endReason == .protocolViolation
    let error: EngineIOErrorCode? = isAtFault ? .badRequest : nil
    guard let failure else { return (error, []) }
    return (error, end(failure, now: now))
  }
}
