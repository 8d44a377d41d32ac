// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension ClientStateMachine {
  /// The handshake of a WebSocket succeeded.
  public mutating func socketOpened(_ socket: SocketToken) -> [Action] {
    guard case .open(let session) = state, case .polling(var polling) = session.transport,
      polling.probe?.socket == socket, polling.probe?.stage == .opening
    else { return [] }
    polling.probe?.stage = .asked
    set(polling)
    return [.send([.ping("probe")], on: socket)]
  }

  /// A packet came on a WebSocket.
  public mutating func receive(
    _ packet: Packet, on socket: SocketToken, now: () -> ContinuousClock.Instant
  ) -> ReceiveOutcome {
    switch state {
    case .open(let session):
      switch session.transport {
      case .socket(socket): return handle(packet, now: now())
      case .polling(let polling) where polling.probe?.socket == socket:
        return .actions(probe(packet, polling, now: now()))
      default: return .actions([])
      }
    case .connecting(let attempt) where attempt.carrier == .socket(socket):
      do throws(EngineIOClientError) {
        return .actions(try open(packet, on: .socket(socket), now: now()))
      } catch {
        return .actions([.abortSocket(socket)] + fail(attempt, error, now: now()))
      }
    default:
      return .actions([])
    }
  }

  /// A WebSocket sent what is no packet.
  public mutating func socketReceivedMalformed(
    _ error: PacketError, on socket: SocketToken, now: ContinuousClock.Instant
  ) -> [Action] {
    let error = EngineIOClientError(.webSocket, .malformed("\(error)"), transport: .websocket)
    if case .open(let session) = state, session.transport == .socket(socket) {
      return end(.parseError, error)
    }
    return [.abortSocket(socket)] + socketClosed(socket, error, now: now)
  }

  /// A WebSocket ended, or could not be opened.
  public mutating func socketClosed(
    _ socket: SocketToken, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    switch state {
    case .connecting(let attempt) where attempt.carrier == .socket(socket):
      return fail(attempt, error, now: now)
    case .open(let session):
      switch session.transport {
      case .socket(socket):
        if session.closing != nil { return end(.clientClose, nil, socketIsGone: true) }
        return end(
          DisconnectReason(error), error.at(.webSocket, .websocket), socketIsGone: true)
      case .polling(let polling) where polling.probe?.socket == socket:
        return endProbe(polling, error, now: now)
      default:
        return []
      }
    default:
      return []
    }
  }

  // MARK: Upgrade

  /// Goes for a WebSocket, right after the handshake, if there is one to be had.
  mutating func beginProbe(now: ContinuousClock.Instant) -> [Action] {
    guard case .open(let session) = state, session.transport == .polling(Polling()),
      !hasProbed, session.closing == nil, configuration.allowsUpgrades,
      configuration.transports.contains(.websocket),
      handshake?.upgrades.contains(TransportKind.websocket.rawValue) == true
    else { return [] }
    hasProbed = true
    let socket = SocketToken(rawValue: nextToken())
    var polling = Polling()
    polling.probe = Probe(
      socket: socket, deadline: now.advanced(by: configuration.upgradeTimeout))
    set(polling)
    return [.openSocket(socket)]
  }

  private mutating func probe(
    _ packet: Packet, _ polling: Polling, now: ContinuousClock.Instant
  ) -> [Action] {
    switch (packet, polling.probe?.stage) {
    case (.pong("probe"), .asked):
      var polling = polling
      polling.probe?.stage = .accepted
      set(polling)
      return proceed(now: now)
    case (.pong("probe"), .accepted), (.noop, _):
      // Some servers answer twice, or end polls on the wrong transport.
      return []
    case (.pong(let text), _):
      let error = EngineIOClientError(
        .upgrade, .malformed("pong with \(text.utf8.count) bytes that are not those of the ping"))
      return abortProbe(polling, error, now: now)
    default:
      return abortProbe(
        polling, EngineIOClientError(.upgrade, .unexpectedPacket(packet.kind)), now: now)
    }
  }

  mutating func abortProbe(
    _ polling: Polling, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    guard let probe = polling.probe else { return [] }
    return [.abortSocket(probe.socket)] + endProbe(polling, error, now: now)
  }

  private mutating func endProbe(
    _ polling: Polling, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    var polling = polling
    polling.probe = nil
    set(polling)
    return [.upgradeFailed(error.at(.upgrade, .websocket))] + proceed(now: now)
  }

  mutating func takeOver(_ probe: Probe) -> [Action] {
    guard case .open(var session) = state else { return [] }
    session.transport = .socket(probe.socket)
    state = .open(session)
    return [.send([.upgrade] + queue.takeAll(), on: probe.socket), .upgraded]
  }
}
