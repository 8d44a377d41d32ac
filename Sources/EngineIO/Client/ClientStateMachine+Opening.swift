// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension ClientStateMachine {
  /// Begins to connect.
  public mutating func connect(now: ContinuousClock.Instant) -> [Action] {
    guard state == .idle else { return [] }
    return attempt(0, now: now)
  }

  private mutating func attempt(_ index: Int, now: ContinuousClock.Instant) -> [Action] {
    let deadline = now.advanced(by: configuration.requestTimeout)
    switch configuration.transports[index] {
    case .polling:
      let poll = PollToken(rawValue: nextToken())
      state = .connecting(Attempt(index: index, carrier: .poll(poll), deadline: deadline))
      return [.poll(poll)]
    case .websocket:
      let socket = SocketToken(rawValue: nextToken())
      state = .connecting(Attempt(index: index, carrier: .socket(socket), deadline: deadline))
      return [.openSocket(socket)]
    }
  }

  /// A transport did not open the session.
  mutating func fail(
    _ attempt: Attempt, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    let error = error.at(.handshake, configuration.transports[attempt.index])
    let next = attempt.index + 1
    guard configuration.triesAllTransports, next < configuration.transports.count else {
      state = .closed
      return [.failed(error)]
    }
    return [.attemptFailed(error)] + self.attempt(next, now: now)
  }

  /// Gives up to connect.
  mutating func cancel(_ attempt: Attempt, _ cause: EngineIOClientError.Cause) -> [Action] {
    state = .closed
    let error = EngineIOClientError(
      .handshake, cause, transport: configuration.transports[attempt.index])
    return [attempt.cancellation, .failed(error)]
  }

  /// Takes the open packet, from which on there is a session.
  mutating func open(
    _ packet: Packet, on transport: Transport, now: ContinuousClock.Instant
  ) throws(EngineIOClientError) -> [Action] {
    guard case .open(let json) = packet else {
      throw EngineIOClientError(.handshake, .unexpectedPacket(packet.kind))
    }
    let handshake: Handshake
    do throws(HandshakeError) {
      handshake = try Handshake(json: json)
    } catch {
      throw EngineIOClientError(.handshake, .malformed(error.text))
    }
    self.handshake = handshake
    maxPayload = handshake.maxPayload
    state = .open(Session(transport: transport, expiry: expiry(from: now)))
    return [.opened(handshake)]
  }

  /// Servers that count in seconds announce shorter intervals as 0, which says nothing.
  func expiry(from now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    guard let handshake, handshake.pingInterval > .zero else { return nil }
    return now.advanced(by: handshake.pingInterval + handshake.pingTimeout)
  }
}

extension ClientStateMachine.Attempt {
  var cancellation: ClientStateMachine.Action {
    switch carrier {
    case .poll(let poll): .cancelPoll(poll)
    case .socket(let socket): .abortSocket(socket)
    }
  }
}

extension HandshakeError {
  var text: String {
    switch self {
    case .malformed: "open packet is not a JSON object"
    case .invalid(let key): "open packet without a usable " + key
    }
  }
}
