// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

// MARK: - Receiving

extension ClientStateMachine {
  /// A packet on the session's transport.
  mutating func handle(_ packet: Packet, now: ContinuousClock.Instant) -> ReceiveOutcome {
    guard case .open(var session) = state else { return .actions([]) }
    switch packet {
    case .message(let message):
      return .message(message)
    case .ping(let text):
      session.expiry = expiry(from: now)
      state = .open(session)
      // After the close packet nothing may follow.
      guard session.closing == nil else { return .actions([]) }
      switch session.transport {
      case .socket(let socket): return .actions([.send([.pong(text)], on: socket), .heartbeat])
      case .polling:
        queue.append(.pong(text))
        return .actions([.heartbeat])
      }
    case .close:
      return .actions(end(.serverClose, nil))
    case .noop, .pong:
      return .actions([])
    case .open, .upgrade:
      let error = EngineIOClientError(
        transport == .websocket ? .webSocket : .poll, .unexpectedPacket(packet.kind),
        transport: transport)
      return .actions(end(.protocolViolation, error))
    }
  }
}

// MARK: - Sending

extension ClientStateMachine {
  /// Sends a message of the application.
  ///
  /// - Parameter isDroppable: refuse it above the high-water mark instead of queueing it.
  public mutating func send(
    _ message: EngineIOMessage, isDroppable: Bool = false, now: ContinuousClock.Instant
  ) -> SendOutcome {
    guard case .open(let session) = state, session.closing == nil else {
      return .refused(.closed)
    }
    if let expiry = session.expiry, now >= expiry { return .expired(expire()) }
    switch session.transport {
    case .socket(let socket):
      guard message.frameByteCount <= maxPayload else {
        return .refused(.tooLarge(limit: maxPayload))
      }
      return .send(on: socket)
    case .polling:
      let packet = Packet.message(message)
      guard PayloadEncoder.encodedCount(of: packet) <= maxPayload else {
        return .refused(.tooLarge(limit: maxPayload))
      }
      guard PayloadEncoder.canEncode(packet) else { return .refused(.separatorInText) }
      if isDroppable && isAboveHighWaterMark { return .refused(.bufferFull) }
      queue.append(packet)
      return .queued(proceed(now: now), isAboveHighWaterMark: isAboveHighWaterMark)
    }
  }

  /// The application cannot go on without room in the send buffer, which is full.
  public mutating func sendBufferFull() -> [Action] {
    end(.sendBufferFull, nil)
  }
}

extension EngineIOMessage {
  /// The size of the WebSocket frame's payload that carries the message.
  fileprivate var frameByteCount: Int {
    switch self {
    case .text(let text): 1 + text.utf8.count
    case .binary(let bytes): bytes.readableBytes
    }
  }
}

// MARK: - Time

extension ClientStateMachine {
  /// Does what is due: gives up a handshake, a post, an upgrade or a goodbye that takes too long, and
  /// ends a session whose server has been silent.
  public mutating func timerFired(now: ContinuousClock.Instant) -> [Action] {
    switch state {
    case .idle, .closed:
      return []
    case .connecting(let attempt):
      guard now >= attempt.deadline else { return [] }
      return [attempt.cancellation]
        + fail(attempt, EngineIOClientError(.handshake, .timeout), now: now)
    case .open(let session):
      if let expiry = session.expiry, now >= expiry, session.closing == nil { return expire() }
      if let deadline = session.closing, now >= deadline {
        return end(
          .clientClose, EngineIOClientError(.disconnect, .timeout, transport: transport))
      }
      guard case .polling(let polling) = session.transport else { return [] }
      if let post = polling.post, now >= post.deadline, session.closing == nil {
        return end(
          .transportError, EngineIOClientError(.post, .timeout, transport: .polling))
      }
      if let probe = polling.probe, now >= probe.deadline {
        return abortProbe(polling, EngineIOClientError(.upgrade, .timeout), now: now)
      }
      return []
    }
  }

  private mutating func expire() -> [Action] {
    end(.pingTimeout, EngineIOClientError(.heartbeat, .timeout, transport: transport))
  }
}

// MARK: - Ending

extension ClientStateMachine {
  /// Disconnects: sends what waits, says goodbye, and ends within `Configuration.closeTimeout`.
  /// While connecting it gives up.
  public mutating func disconnect(now: ContinuousClock.Instant) -> [Action] {
    switch state {
    case .idle:
      state = .closed
      return [.failed(EngineIOClientError(.handshake, .cancelled))]
    case .connecting(let attempt):
      return cancel(attempt, .cancelled)
    case .open(var session):
      guard session.closing == nil else { return [] }
      session.closing = now.advanced(by: configuration.closeTimeout)
      switch session.transport {
      case .socket(let socket):
        state = .open(session)
        return [.send([.close], on: socket), .closeSocket(socket)]
      case .polling(var polling):
        let probe = polling.probe
        polling.probe = nil
        session.transport = .polling(polling)
        state = .open(session)
        queue.append(.close)
        return (probe.map { [.abortSocket($0.socket)] } ?? []) + proceed(now: now)
      }
    case .closed:
      return []
    }
  }

  /// Ends the session, or the attempt to open one, without a word to the server.
  ///
  /// - Parameters:
  ///   - reason: why.
  ///   - error: what went wrong, if anything did.
  public mutating func abort(
    _ reason: DisconnectReason = .clientClose, _ error: EngineIOClientError? = nil
  ) -> [Action] {
    switch state {
    case .idle:
      state = .closed
      return [.failed(EngineIOClientError(.handshake, .cancelled))]
    case .connecting(let attempt): return cancel(attempt, .cancelled)
    case .open, .closed: return end(reason, error)
    }
  }

  mutating func end(
    _ reason: DisconnectReason, _ error: EngineIOClientError?, socketIsGone: Bool = false
  ) -> [Action] {
    guard case .open(let session) = state else { return [] }
    state = .closed
    queue = OutgoingQueue()
    var actions: [Action] = []
    switch session.transport {
    case .socket(let socket):
      if !socketIsGone { actions.append(.abortSocket(socket)) }
    case .polling(let polling):
      if let poll = polling.poll { actions.append(.cancelPoll(poll)) }
      if let post = polling.post { actions.append(.cancelPost(post.token)) }
      if let probe = polling.probe { actions.append(.abortSocket(probe.socket)) }
    }
    actions.append(.ended(reason, error))
    return actions
  }
}

extension DisconnectReason {
  /// The reason for an end that a failure of the transport brought about.
  init(_ error: EngineIOClientError) {
    switch error.cause {
    case .webSocketClosed(let code, _):
      switch code {
      case nil, 1000, 1001, 1005: self = .transportClose
      case 1009: self = .payloadTooLarge
      default: self = .transportError
      }
    case .malformed: self = .parseError
    case .tooLarge: self = .payloadTooLarge
    case .refused where error.response?.status == 413: self = .payloadTooLarge
    default: self = .transportError
    }
  }
}
