// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension SessionStateMachine {
  /// Why a WebSocket for this session must be refused before it is accepted, if so.
  ///
  /// A second WebSocket is not refused here: it has to be accepted and then closed.
  public var socketRefusal: EngineIOErrorCode? {
    switch state {
    case .open(.polling): configuration.allowsUpgrades ? nil : .badRequest
    case .open(.socket), .open(.awaitedSocket): nil
    case .opening, .closing, .closed: .sessionIDUnknown
    }
  }

  /// A WebSocket was accepted for this session, to probe for an upgrade.
  ///
  /// - Returns: `nil` if it has to be closed: the session is over, has one, or is upgrading.
  public mutating func beginProbe(now: ContinuousClock.Instant) -> SocketToken? {
    guard case .open(.polling(var polling)) = state, polling.probe == nil,
      configuration.allowsUpgrades
    else { return nil }
    let socket = SocketToken(rawValue: nextToken())
    polling.probe = Probe(
      socket: socket, deadline: now.advanced(by: configuration.upgradeTimeout))
    state = .open(.polling(polling))
    return socket
  }

  /// A packet arrived on a WebSocket.
  public mutating func receive(
    _ packet: Packet, on socket: SocketToken, now: @autoclosure () -> ContinuousClock.Instant
  ) -> ReceiveOutcome {
    switch state {
    case .open(.socket(socket)):
      return handle(packet, now: now)
    case .open(.polling(let polling)) where polling.probe?.socket == socket:
      return .actions(probe(packet, on: socket, polling: polling))
    default:
      return .actions([])
    }
  }

  /// What arrived on a WebSocket could not be read. Ends the session if the WebSocket carries it,
  /// and only the WebSocket if it probes.
  public mutating func receiveUnreadable(
    on socket: SocketToken, now: ContinuousClock.Instant
  ) -> [Action] {
    switch state {
    case .open(.socket(socket)):
      return end(.parseError, now: now)
    case .open(.polling(let polling)) where polling.probe?.socket == socket:
      return endProbe(polling, .protocolError)
    default:
      return []
    }
  }

  /// A WebSocket was closed or lost. Ends the session if it carried it.
  ///
  /// - Parameter reason: the session's reason in that case.
  public mutating func socketClosed(
    _ socket: SocketToken, _ reason: DisconnectReason, now: ContinuousClock.Instant
  ) -> [Action] {
    switch state {
    case .open(.socket(socket)):
      return end(reason, now: now, socketIsGone: true)
    case .open(.polling(var polling)) where polling.probe?.socket == socket:
      polling.probe = nil
      state = .open(.polling(polling))
      return []
    default:
      return []
    }
  }

  private mutating func probe(
    _ packet: Packet, on socket: SocketToken, polling: Polling
  ) -> [Action] {
    var polling = polling
    switch packet {
    case .ping("probe") where polling.probe?.isAccepted == true:
      // Answered already. Whoever asks on and on without reading would make answers pile up here.
      return []
    case .ping("probe"):
      polling.probe?.isAccepted = true
      var actions: [Action] = [.send([.pong("probe")], on: socket)]
      if let poll = polling.poll {
        // The client waits for its poll to end before it goes over; so must every later poll.
        polling.poll = nil
        actions.append(.answerPoll(poll, [.noop]))
      }
      state = .open(.polling(polling))
      return actions
    case .upgrade where polling.probe?.isAccepted == true:
      state = .open(.socket(socket))
      return queue.isEmpty ? [] : [.send(queue.takeAll(), on: socket)]
    default:
      return endProbe(polling, .protocolError)
    }
  }

  mutating func endProbe(_ polling: Polling, _ reason: SocketCloseReason) -> [Action] {
    guard let probe = polling.probe else { return [] }
    var polling = polling
    polling.probe = nil
    state = .open(.polling(polling))
    return [.closeSocket(probe.socket, reason)]
  }
}
