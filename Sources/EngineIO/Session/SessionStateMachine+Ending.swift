// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension SessionStateMachine {
  /// A packet on the session's transport.
  mutating func handle(_ packet: Packet, now: () -> ContinuousClock.Instant) -> ReceiveOutcome {
    switch packet {
    case .message(let message):
      return .message(message)
    case .pong where configuration.version == .v4:
      pongReceived(now: now())
      return .actions([])
    case .ping where configuration.version == .v3:
      return .actions(pingReceived(now: now()))
    case .close:
      return .actions(end(.clientClose, now: now()))
    case .ping, .pong:
      return .actions(end(.protocolViolation, now: now()))
    case .open, .upgrade, .noop:
      return .actions([])
    }
  }

  /// Ends the session, if it has not ended yet.
  ///
  /// After `serverClose`, a polling client still gets what was sent before, with its next poll and
  /// within `Configuration.closeTimeout`. A parked poll is always answered: with a `noop` after
  /// the client's own close packet, else with a close packet. `serverShutdown` also drops what an
  /// ended session still has for its client.
  public mutating func end(_ reason: DisconnectReason, now: ContinuousClock.Instant) -> [Action] {
    end(reason, now: now, socketIsGone: false)
  }

  mutating func end(
    _ reason: DisconnectReason, now: ContinuousClock.Instant, socketIsGone: Bool
  ) -> [Action] {
    if case .opening(let kind, nil) = state {
      state = .opening(kind, endRequested: reason)
      return []
    }
    if case .closing = state, reason == .serverShutdown {
      state = .closed
      queue = PacketQueue()
      return [.released]
    }
    guard case .open(let transport) = state else { return [] }
    switch transport {
    case .polling(let polling):
      var actions: [Action] = []
      if let probe = polling.probe {
        actions.append(.closeSocket(probe.socket, SocketCloseReason(reason)))
      }
      if let poll = polling.poll {
        actions.append(.answerPoll(poll, [reason == .clientClose ? .noop : .close]))
        return actions + close(reason)
      }
      switch reason {
      case .clientClose:
        queue = PacketQueue()
        return actions
          + close(reason, leaving: .farewell, until: now + configuration.farewellTimeout)
      case .serverClose, .handlerError:
        return actions
          + close(reason, leaving: .queueAndClose, until: now + configuration.closeTimeout)
      default:
        return actions + close(reason)
      }
    case .awaitedSocket:
      switch reason {
      case .serverClose, .handlerError:
        return close(reason, leaving: .awaitedSocket, until: now + configuration.closeTimeout)
      default:
        return close(reason)
      }
    case .socket(let socket):
      if socketIsGone { return close(reason) }
      return [.closeSocket(socket, SocketCloseReason(reason))] + close(reason)
    }
  }

  mutating func close(_ reason: DisconnectReason) -> [Action] {
    state = .closed
    queue = PacketQueue()
    heartbeat = .stopped
    endReason = reason
    return [.ended(reason), .released]
  }

  private mutating func close(
    _ reason: DisconnectReason, leaving leftover: Leftover, until deadline: ContinuousClock.Instant
  ) -> [Action] {
    state = .closing(leftover, deadline: deadline)
    heartbeat = .stopped
    endReason = reason
    return [.ended(reason)]
  }
}

extension SessionStateMachine.SocketCloseReason {
  init(_ reason: DisconnectReason) {
    self =
      switch reason {
      case .serverShutdown: .goingAway
      case .pingTimeout: .timeout
      case .parseError, .protocolViolation: .protocolError
      case .payloadTooLarge, .tooManyPackets: .tooBig
      case .handlerError: .internalError
      case .sendBufferFull: .timeout
      case .clientClose, .serverClose, .transportClose, .transportError, .overlappingRequests:
        .sessionEnded
      }
  }
}
