// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

@testable import EngineIO

extension SessionModel {
  /// What can happen to a session.
  enum Event: UInt8, CaseIterable {
    case open, reject
    case poll, abandonPoll, abandonPollAndLive, loseAnswer
    case beginPost, postMessage, postPong, postPing, postNoop, postClose, endPost, breakPost
    case openSocket, socketProbe, socketUpgrade, socketMessage, socketPong, socketPing
    case socketClose, socketGarbage, socketClosed
    case send, offer, sendGroup, offerGroup, sendVolatile
    case serverClose, shutdown, dropSlowClient
    case passTime, timer
    case blockReader, unblockReader
  }

  /// Applies an event; false if it cannot happen now.
  mutating func apply(_ event: Event) -> Bool {
    if case .opening = machine.state, !isRejected {
      switch event {
      case .open: open()
      case .reject:
        machine.reject()
        isRejected = true
      case .send, .offer, .sendGroup, .offerGroup, .sendVolatile, .serverClose, .shutdown:
        return applyOnceOpen(event)
      default: return false
      }
      return true
    }
    return applyOnceOpen(event)
  }

  private mutating func open() {
    let kind = machine.transport
    let (packets, actions) = machine.open(handshake: "{}", now: now)
    if kind == .polling {
      if packets.first != .open("{}") { fail("a handshake without an open packet") }
      take(packets)
    } else if !packets.isEmpty {
      fail("packets of a WebSocket's handshake in its answer")
    }
    perform(actions)
  }

  private mutating func applyOnceOpen(_ event: Event) -> Bool {
    switch event {
    case .open, .reject: return false
    case .poll: poll()
    case .abandonPoll, .abandonPollAndLive:
      guard let token = parked else { return false }
      parked = nil
      let wasOpen = machine.isOpen
      perform(
        machine.abandonPoll(token, keepsSession: event == .abandonPollAndLive, now: now))
      if wasOpen && machine.isOpen != (event == .abandonPollAndLive) {
        fail("an abandoned poll did not do what it was to do")
      }
    case .loseAnswer: perform(machine.loseAnswer(now: now))
    case .beginPost: beginPost()
    case .postMessage: return receive(.message("in"), inPost: true)
    case .postPong: return receive(.pong(""), inPost: true)
    case .postPing: return receive(.ping(""), inPost: true)
    case .postNoop: return receive(.noop, inPost: true)
    case .postClose: return receive(.close, inPost: true)
    case .endPost, .breakPost:
      guard let token = post else { return false }
      post = nil
      let failure = event == .breakPost ? DisconnectReason.transportError : nil
      let (error, actions) = machine.endPost(token, failure: failure, now: now)
      perform(actions)
      if machine.endReason == .overlappingRequests && error == nil {
        fail("a post that overlaps was acknowledged")
      }
      if failure != nil && machine.isOpen { fail("a broken post did not end the session") }
    case .openSocket: openSocket()
    case .socketProbe: return receive(.ping("probe"), inPost: false)
    case .socketUpgrade: return upgrade()
    case .socketMessage: return receive(.message("in"), inPost: false)
    case .socketPong: return receive(.pong(""), inPost: false)
    case .socketPing: return receive(.ping(""), inPost: false)
    case .socketClose: return receive(.close, inPost: false)
    case .socketGarbage:
      guard let token = active ?? probe else { return false }
      let wasProbe = token == probe
      perform(machine.receiveUnreadable(on: token, now: now))
      if active != nil || probe != nil { fail("an unreadable frame left its WebSocket open") }
      if wasProbe && ends == 0 && !machine.isOpen { fail("a probe took its session along") }
    case .socketClosed:
      guard let token = active ?? probe else { return false }
      let wasActive = token == active
      active = nil
      probe = nil
      perform(machine.socketClosed(token, .transportClose, now: now))
      if wasActive && machine.isOpen { fail("a session lives on without its WebSocket") }
    case .send, .offer: return send(1, isDroppable: event == .offer)
    case .sendGroup, .offerGroup: return send(2, isDroppable: event == .offerGroup)
    case .sendVolatile: return sendVolatile()
    case .serverClose: return end(.serverClose)
    case .shutdown: return end(.serverShutdown)
    case .dropSlowClient: return end(.sendBufferFull)
    case .passTime:
      // The owner's timer may be late, by one unit.
      guard let deadline = machine.nextDeadline, now <= deadline else { return false }
      now += Self.unit
    case .timer: perform(machine.timerFired(now: now))
    case .blockReader:
      let readers = (post == nil ? 0 : 1) + (active == nil ? 0 : 1)
      guard machine.blockedReaders < readers else { return false }
      machine.readerBlocked()
    case .unblockReader:
      guard machine.blockedReaders > 0 else { return false }
      machine.readerUnblocked(now: now)
    }
    return true
  }

  private mutating func poll() {
    let first = parked
    let (outcome, actions) = machine.poll(now: now)
    perform(actions)
    if let deadline = machine.nextDeadline, deadline <= now { fail("a poll left what was due") }
    switch outcome {
    case .answer(let packets):
      if parked != nil { fail("a second poll was answered") }
      take(packets)
    case .parked(let token):
      if parked != nil { fail("a second poll was parked") }
      parked = token
    case .refused:
      if machine.isOpen && machine.transport == .polling { fail("a poll was refused") }
      if first != nil && parked != nil { fail("the first of two polls was left") }
    }
  }

  private mutating func beginPost() {
    let (outcome, actions) = machine.beginPost(now: now)
    perform(actions)
    switch outcome {
    case .accepted(let token):
      if post != nil { fail("a second post was accepted") }
      post = token
    case .refused:
      if machine.isOpen && machine.transport == .polling { fail("a post was refused") }
    }
  }

  private mutating func openSocket() {
    if machine.transport == .websocket, let (token, actions) = machine.attachSocket() {
      if active != nil { fail("a second WebSocket was attached") }
      active = token
      perform(actions)
    } else if let token = machine.beginProbe(now: now) {
      if probe != nil || active != nil { fail("a second WebSocket probes") }
      probe = token
    } else if machine.isOpen && active == nil && probe == nil {
      fail("a WebSocket was refused")
    }
  }

  private mutating func upgrade() -> Bool {
    // The host makes a WebSocket the session's own as soon as the machine has.
    guard let token = probe else { return receive(.upgrade, inPost: false) }
    var after = machine
    _ = after.receive(.upgrade, on: token, now: now)
    if after.transport == .websocket && after.isOpen {
      active = token
      probe = nil
    }
    return receive(.upgrade, on: token)
  }

  private mutating func receive(_ packet: Packet, inPost: Bool) -> Bool {
    guard !inPost else {
      guard let token = post else { return false }
      take(machine.receive(packet, in: token, now: now), of: packet)
      return true
    }
    guard let token = active ?? probe else { return false }
    return receive(packet, on: token)
  }

  private mutating func receive(_ packet: Packet, on token: SocketToken) -> Bool {
    let isProbe = token == probe
    let wasOpen = machine.isOpen
    let outcome = machine.receive(packet, on: token, now: now)
    if isProbe {
      guard case .actions(let actions) = outcome else {
        fail("a probe brought a message")
        return true
      }
      perform(actions)
      if wasOpen != machine.isOpen { fail("a probe ended its session") }
      return true
    }
    take(outcome, of: packet)
    return true
  }

  private mutating func take(_ outcome: Machine.ReceiveOutcome, of packet: Packet) {
    switch outcome {
    case .message(let message):
      if ends > 0 { fail("a message after the end") }
      if packet != .message(message) { fail("a message that was not received") }
    case .actions(let actions):
      if case .message = packet, machine.isOpen { fail("a message of an open session was lost") }
      perform(actions)
      if packet == .close && machine.isOpen { fail("a close packet did not end the session") }
    }
  }

  private mutating func send(_ count: Int, isDroppable: Bool) -> Bool {
    guard sent - received + count <= maxUnderway, machine.isOpen else { return false }
    let wasAbove = machine.isAboveHighWaterMark
    let messages = (1...count).map { Self.message(sent + $0) }
    let packets = messages.map(Packet.message)
    let isOpening = if case .opening = machine.state { true } else { false }
    let outcome =
      count == 1
      ? machine.send(messages[0], isDroppable: isDroppable)
      : machine.send(contentsOf: messages, isDroppable: isDroppable)
    switch outcome {
    case .send(let socket):
      sent += count
      take(packets, on: socket)
    case .answerPoll(let token):
      sent += count
      answer(token, packets)
    case .queued(let isAbove):
      sent += count
      if isAbove != machine.isAboveHighWaterMark { fail("wrong about the high-water mark") }
      if parked != nil { fail("a message waits beside a poll") }
      if isDroppable && wasAbove { fail("a droppable message was queued") }
    case .refused(let error):
      let isFull = error == .bufferFull && wasAbove && (isDroppable || isOpening)
      if !isFull { fail("an open session refused a message") }
    }
    return true
  }

  private mutating func sendVolatile() -> Bool {
    guard machine.isOpen else { return false }
    let canLeave = active != nil || parked != nil
    let message = Self.message(sent + 1)
    switch machine.sendVolatile(message) {
    case .send(let socket):
      sent += 1
      take([.message(message)], on: socket)
    case .answerPoll(let token):
      sent += 1
      answer(token, [.message(message)])
    case nil: if canLeave { fail("a volatile message was dropped that could leave") }
    case .queued, .refused: fail("a volatile message waits")
    }
    return true
  }

  private mutating func end(_ reason: DisconnectReason) -> Bool {
    perform(machine.end(reason, now: now))
    if machine.isOpen { fail("ended and still open") }
    return true
  }
}
