// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

extension ClientStateMachine {
  /// A poll was answered with success.
  public mutating func pollAnswered(
    _ poll: PollToken, _ payload: ByteBuffer, now: ContinuousClock.Instant
  ) -> [Action] {
    let limits = PayloadDecoder.Limits(
      maxBytes: configuration.maxReceivedBytes, maxPackets: .max)
    var decoder = PayloadDecoder(payload, limits: limits)
    var actions: [Action] = []
    switch state {
    case .connecting(let attempt) where attempt.carrier == .poll(poll):
      do {
        guard let first = try decoder.next() else { return [] }
        actions = try open(first, on: .polling(Polling()), now: now)
      } catch let error as EngineIOClientError {
        return fail(attempt, error, now: now)
      } catch {
        return fail(attempt, EngineIOClientError(.handshake, .malformed("\(error)")), now: now)
      }
    case .open(let session):
      guard case .polling(var polling) = session.transport, polling.poll == poll else { return [] }
      polling.poll = nil
      set(polling)
    default:
      return []
    }
    do throws(PayloadError) {
      while let packet = try decoder.next() {
        switch handle(packet, now: now) {
        case .message(let message): actions.append(.message(message))
        case .actions(let more): actions += more
        }
        // What came before a close packet is delivered, and nothing after it.
        if isClosed { return actions }
      }
    } catch {
      // A server that has read the goodbye may answer a poll with nothing at all.
      if isClosing { return actions + proceed(now: now) }
      let error = EngineIOClientError(.poll, .malformed("\(error)"), transport: .polling)
      return actions + end(.parseError, error)
    }
    return actions + beginProbe(now: now) + proceed(now: now)
  }

  /// A poll failed or was refused.
  public mutating func pollFailed(
    _ poll: PollToken, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    switch state {
    case .connecting(let attempt) where attempt.carrier == .poll(poll):
      return fail(attempt, error, now: now)
    case .open(let session):
      guard case .polling(var polling) = session.transport, polling.poll == poll else { return [] }
      polling.poll = nil
      set(polling)
      // The post that says goodbye is under way, and nothing else matters.
      if session.closing != nil { return proceed(now: now) }
      return end(DisconnectReason(error), error.at(.poll, .polling))
    default:
      return []
    }
  }

  /// A post was answered with success.
  public mutating func postAnswered(
    _ post: PostToken, now: ContinuousClock.Instant
  ) -> [Action] {
    guard case .open(let session) = state, case .polling(var polling) = session.transport,
      let current = polling.post, current.token == post
    else { return [] }
    polling.post = nil
    set(polling)
    return current.isLast ? end(.clientClose, nil) : proceed(now: now)
  }

  /// A post failed or was refused.
  public mutating func postFailed(
    _ post: PostToken, _ error: EngineIOClientError, now: ContinuousClock.Instant
  ) -> [Action] {
    guard case .open(let session) = state, case .polling(var polling) = session.transport,
      polling.post?.token == post
    else { return [] }
    polling.post = nil
    set(polling)
    let error = error.at(session.closing == nil ? .post : .disconnect, .polling)
    return end(session.closing == nil ? DisconnectReason(error) : .clientClose, error)
  }

  /// Says whether the application keeps up with what the server sends; while it does not, no poll
  /// begins.
  public mutating func setReceiving(
    _ isReceiving: Bool, now: ContinuousClock.Instant
  ) -> [Action] {
    self.isReceiving = isReceiving
    return isReceiving ? proceed(now: now) : []
  }

  private var isClosing: Bool {
    if case .open(let session) = state { session.closing != nil } else { false }
  }

  mutating func set(_ polling: Polling) {
    guard case .open(var session) = state else { return }
    session.transport = .polling(polling)
    state = .open(session)
  }

  /// Begins what can begin: the takeover by the WebSocket, a post, a poll.
  mutating func proceed(now: ContinuousClock.Instant) -> [Action] {
    guard case .open(let session) = state, case .polling(var polling) = session.transport
    else { return [] }
    if let probe = polling.probe, probe.stage == .accepted {
      guard polling.poll == nil, polling.post == nil else { return [] }
      return takeOver(probe)
    }
    var actions: [Action] = []
    if polling.post == nil, !queue.isEmpty {
      let packets = queue.takePayload(
        maxBytes: maxPayload, maxPackets: configuration.maxPacketsPerPayload)
      let token = PostToken(rawValue: nextToken())
      polling.post = Post(
        token: token, deadline: now.advanced(by: configuration.requestTimeout),
        isLast: packets.last == .close)
      actions.append(.post(token, packets))
    }
    if polling.poll == nil, isReceiving, session.closing == nil {
      let token = PollToken(rawValue: nextToken())
      polling.poll = token
      actions.append(.poll(token))
    }
    set(polling)
    return actions
  }
}
