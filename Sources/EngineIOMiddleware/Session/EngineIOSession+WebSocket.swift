// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  var socketRefusal: EngineIOErrorCode? { state.withLock { $0.machine.socketRefusal } }

  /// Serves the WebSocket that the session began with.
  nonisolated(nonsending) func serveHandshake(on webSocket: WebSocket) async {
    let token = withState { state, deferred -> SocketToken? in
      guard let (token, actions) = state.machine.attachSocket() else { return nil }
      state.socket = Socket(token: token, webSocket: webSocket)
      state.executor = webSocket.executor
      perform(actions, &state, &deferred)
      return token
    }
    guard let token else { return webSocket.close(.goingAway) }
    await read(webSocket, token)
  }

  /// Serves a WebSocket that probes for an upgrade.
  nonisolated(nonsending) func serveProbe(on webSocket: WebSocket) async {
    let now = engine.time.now()
    let token = withState { state, deferred -> SocketToken? in
      guard let token = state.machine.beginProbe(now: now) else { return nil }
      state.probe = Socket(token: token, webSocket: webSocket)
      watchDeadline(&state)
      return token
    }
    guard let token else { return webSocket.close(.policyViolation) }
    await read(webSocket, token)
  }

  private nonisolated(nonsending) func read(_ webSocket: WebSocket, _ token: SocketToken) async {
    var reason = DisconnectReason.transportClose
    do throws(WebSocketError) {
      var messages = webSocket.messages.makeAsyncIterator()
      while let message = try await messages.next() {
        if case .messageWithoutRoom = receive(message, on: token) { await waitForRoom() }
      }
      // Without a closing handshake it was this task that was cancelled.
      if webSocket.closure == nil { reason = .transportError }
    } catch {
      switch error {
      case .protocolViolation(.messageTooBig, _): reason = .payloadTooLarge
      case .protocolViolation, .connectionLost, .closed: reason = .transportError
      }
    }
    let now = engine.time.now()
    withState { state, deferred in
      perform(state.machine.socketClosed(token, reason, now: now), &state, &deferred)
      if state.socket?.token == token { state.socket = nil }
      if state.probe?.token == token { state.probe = nil }
    }
  }

  private func receive(_ message: WebSocketMessage, on token: SocketToken) -> Received {
    let packet: Packet
    do {
      switch message {
      case .binary(let bytes): packet = try Packet(webSocketBinary: bytes, format: format)
      case .text(let text): packet = try Packet(webSocketText: text, format: format)
      }
    } catch {
      let now = engine.time.now()
      withState { state, deferred in
        perform(state.machine.receiveUnreadable(on: token, now: now), &state, &deferred)
      }
      return .other
    }
    var isUpgraded = false
    let received = withState { state, deferred in
      state.traffic.received.count(packet)
      if case .upgrade = packet, let probe = state.probe, probe.token == token {
        let received = upgrade(with: probe, &state, &deferred)
        isUpgraded = state.socket?.token == token
        return received
      }
      let outcome = state.machine.receive(packet, on: token, now: engine.time.now())
      return take(outcome, &state, &deferred)
    }
    if isUpgraded { engine.log?.upgraded(self) }
    return received
  }

  /// The upgrade packet of a probe: from here on the session is the WebSocket's.
  private func upgrade(
    with probe: Socket, _ state: inout State, _ deferred: inout Deferred
  ) -> Received {
    let outcome = state.machine.receive(.upgrade, on: probe.token, now: engine.time.now())
    if state.machine.transport == .websocket && state.machine.isOpen {
      state.probe = nil
      state.socket = probe
      state.traffic.hasUpgraded = true
      state.executor = probe.webSocket.executor
    }
    return take(outcome, &state, &deferred)
  }
}
