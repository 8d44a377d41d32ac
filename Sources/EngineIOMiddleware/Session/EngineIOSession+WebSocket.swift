// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  var socketRefusal: EngineIOErrorCode? { state.withLock { $0.machine.socketRefusal } }

  /// Makes `webSocket` the one that the session begins with; it is closed if there is no session to
  /// begin any more.
  fileprivate func attach(_ webSocket: WebSocket) -> SocketToken? {
    let token = withState { state, deferred -> SocketToken? in
      guard let (token, actions) = state.machine.attachSocket() else { return nil }
      state.socket = Socket(token: token, webSocket: webSocket)
      state.executor = webSocket.executor
      perform(actions, &state, &deferred)
      return token
    }
    if token == nil { webSocket.close(.goingAway) }
    return token
  }

  /// Lets `webSocket` probe for an upgrade; it is closed if there can be none any more.
  fileprivate func beginProbe(_ webSocket: WebSocket) -> SocketToken? {
    let now = engine.time.now()
    let token = withState { state, deferred -> SocketToken? in
      guard let token = state.machine.beginProbe(now: now) else { return nil }
      state.probe = Socket(token: token, webSocket: webSocket)
      watchDeadline(&state)
      return token
    }
    if token == nil { webSocket.close(.policyViolation) }
    return token
  }

  fileprivate func socketEnded(_ token: SocketToken, _ error: WebSocketError?) {
    let reason: DisconnectReason =
      switch error {
      case nil: .transportClose
      case .protocolViolation(.messageTooBig, _): .payloadTooLarge
      case .protocolViolation, .connectionLost, .closed: .transportError
      }
    let now = engine.time.now()
    withState { state, deferred in
      perform(state.machine.socketClosed(token, reason, now: now), &state, &deferred)
      if state.socket?.token == token { state.socket = nil }
      if state.probe?.token == token { state.probe = nil }
    }
  }

  fileprivate func receive(_ message: WebSocketMessage, on token: SocketToken) -> Received {
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

/// Takes the messages of one of a session's WebSockets.
final class EngineIOSocketReceiver: WebSocketMessageReceiver {
  enum Purpose {
    case handshake, probe
  }

  private let session: EngineIOSession
  private let purpose: Purpose
  private let token = Mutex<SocketToken?>(nil)

  init(_ session: EngineIOSession, for purpose: Purpose) {
    self.session = session
    self.purpose = purpose
  }

  func begin(on webSocket: WebSocket) {
    let token =
      switch purpose {
      case .handshake: session.attach(webSocket)
      case .probe: session.beginProbe(webSocket)
      }
    self.token.withLock { $0 = token }
  }

  func receive(_ message: WebSocketMessage) -> (@Sendable () async -> Void)? {
    guard let token = token.withLock({ $0 }) else { return nil }
    switch session.receive(message, on: token) {
    case .message, .other: return nil
    case .messageWithoutRoom: return { [session] in await session.waitForRoom() }
    }
  }

  func end(_ error: WebSocketError?) {
    if let token = token.withLock({ $0 }) { session.socketEnded(token, error) }
  }
}
