// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

@testable import EngineIO

extension SessionModel {
  /// What holds after every event.
  mutating func checkState() {
    if isRejected {
      if ends + releases > 0 { fail("a rejected session has an end") }
      return
    }
    if ends > 1 { fail("ended \(ends) times") }
    if releases > 1 { fail("released \(releases) times") }
    if (machine.endReason != nil) != (ends == 1) { fail("an end without a reason") }
    if active != nil && probe != nil { fail("two WebSockets") }
    if machine.post != post { fail("machine and host do not agree about the post") }
    switch machine.state {
    case .opening:
      if ends > 0 { fail("ended before it was opened") }
      return
    case .open(let transport):
      if ends > 0 || !machine.isOpen { fail("open and ended") }
      checkHeartbeat()
      checkQueue()
      if parked != nil && machine.queuedPackets > 0 { fail("a poll is parked beside packets") }
      checkTransport(transport)
    case .closing:
      if ends != 1 || machine.isOpen { fail("closing without an end") }
      if releases > 0 { fail("closing after the release") }
      if machine.nextDeadline == nil { fail("nothing bounds what is left") }
    case .closed:
      if ends != 1 || releases != 1 { fail("closed without a release") }
      if machine.nextDeadline != nil { fail("a timer after the release") }
      if machine.queuedPackets > 0 { fail("packets after the release") }
    }
    if ends > 0 && parked != nil { fail("a poll is parked after the end") }
    if ends > 0 && (active != nil || probe != nil) { fail("a WebSocket after the end") }
  }

  private mutating func checkHeartbeat() {
    guard let deadline = machine.nextDeadline else {
      return fail("an open session without a timer")
    }
    switch machine.heartbeat {
    case .stopped: fail("an open session without a heartbeat")
    case .clientPingDue(let instant):
      if configuration.version == .v4 { fail("waits for the client's ping") }
      if instant > now + configuration.pingInterval + configuration.pingTimeout {
        fail("the timeout would be late")
      }
    case .pingDue(let instant): if deadline > instant { fail("the ping would be late") }
    case .pongDue(let instant):
      let limit = instant + configuration.pingInterval + configuration.pingTimeout
      if deadline > limit { fail("the timeout would be late") }
    }
    let pings = machine.queue.packets.count { $0 == heartbeatPacket }
    if pings > 1 { fail("pings pile up") }
    if pings > 0, case .pingDue = machine.heartbeat { fail("a pong before its ping counted") }
  }

  private mutating func checkQueue() {
    var next = received
    for packet in machine.queue.packets {
      guard case .message(let message) = packet else { continue }
      next += 1
      if message != Self.message(next) { fail("the queue is out of order") }
    }
    if next != sent { fail("a message was lost") }
  }

  private mutating func checkTransport(_ transport: Machine.Transport) {
    switch transport {
    case .polling(let polling):
      if polling.poll != parked { fail("machine and host do not agree about the poll") }
      if let probe = polling.probe, machine.nextDeadline.map({ $0 > probe.deadline }) != false {
        fail("the probe may go on for too long")
      }
      if polling.probe?.socket != probe { fail("machine and host do not agree about the probe") }
      if active != nil { fail("a WebSocket of a polling session") }
      if polling.probe?.isAccepted == true && parked != nil {
        fail("a poll is parked during an accepted probe")
      }
    case .awaitedSocket:
      if active != nil || probe != nil || parked != nil { fail("something waits for nothing") }
    case .socket(let socket):
      if socket != active { fail("machine and host do not agree about the WebSocket") }
      if machine.queuedPackets > 0 { fail("packets wait beside a WebSocket") }
    }
  }

  /// What holds in a state whatever comes next: dead tokens mean nothing, a client that takes what
  /// comes gets everything, and a session that nobody cares for is gone in time.
  func checkFuture() -> String? {
    guard !isRejected else { return nil }
    if case .opening = machine.state { return nil }
    let futures: [(String, (inout SessionModel) -> Void)] = [
      ("strangers", { $0.meetStrangers() }), ("a client that polls", { $0.keepPolling() }),
      ("a client that upgrades", { $0.goOver() }), ("a close", { $0.closeAndPoll() }),
      ("a client that is gone", { $0.fallSilent() }),
    ]
    for (name, run) in futures {
      var copy = self
      run(&copy)
      copy.checkState()
      if let failure = copy.failure { return "with \(name): \(failure)" }
    }
    return nil
  }

  private mutating func meetStrangers() {
    let before = machine
    let poll = PollToken(rawValue: .max)
    let post = PostToken(rawValue: .max)
    let socket = SocketToken(rawValue: .max)
    perform(machine.abandonPoll(poll, now: now))
    for packet in [Packet.message("x"), .close, .ping("probe"), .upgrade, .ping("")] {
      for outcome in [
        machine.receive(packet, in: post, now: now), machine.receive(packet, on: socket, now: now),
      ] where outcome != .actions([]) { fail("a stranger's \(packet) counted") }
    }
    perform(machine.endPost(post, failure: .parseError, now: now).actions)
    perform(machine.receiveUnreadable(on: socket, now: now))
    perform(machine.socketClosed(socket, .transportError, now: now))
    if !machine.isOpen {
      if machine.send("late") != .refused(.closed) { fail("sent after the end") }
      if machine.send(contentsOf: ["too"]) != .refused(.closed) { fail("sent after the end") }
      if machine.sendVolatile("late") != nil { fail("sent after the end") }
    }
    if machine != before { fail("a stranger changed the session") }
    if releases > 0 {
      perform(machine.timerFired(now: now + Self.unit * 100))
      for reason in DisconnectReason.allCases { perform(machine.end(reason, now: now)) }
      if machine.beginProbe(now: now) != nil { fail("a probe after the release") }
      if machine.attachSocket() != nil { fail("a WebSocket after the release") }
      if machine.poll(now: now).outcome != .refused(.sessionIDUnknown) { fail("a poll was taken") }
      if machine.beginPost(now: now).outcome != .refused(.sessionIDUnknown) {
        fail("a post was taken")
      }
    }
  }

  private mutating func keepPolling() {
    guard machine.isOpen else { return }
    switch machine.state {
    case .open(.polling):
      // A ping that is due answers a poll that is parked.
      if parked == nil || machine.nextDeadline.map({ $0 <= now }) == true { _ = apply(.poll) }
      guard machine.isOpen else { return }
    case .open(.awaitedSocket): _ = apply(.openSocket)
    default: break
    }
    if received != sent { fail("the client polled and did not get everything") }
    _ = apply(.send)
    if received != sent { _ = apply(.poll) }
    if machine.isOpen && received != sent { fail("a new message did not come") }
  }

  private mutating func goOver() {
    guard case .open(.polling) = machine.state else { return }
    if probe == nil { _ = apply(.openSocket) }
    guard let socket = probe else { return fail("no upgrade is possible") }
    _ = apply(.socketProbe)
    if parked != nil { fail("the upgrade waits for a poll that is parked") }
    var polled = self
    _ = polled.apply(.poll)
    // The poll may be what finds that the probe's time is over.
    if polled.parked != nil && polled.probe != nil { fail("the upgrade waits for a later poll") }
    _ = apply(.socketUpgrade)
    if active != socket { fail("the upgrade was not completed") }
    if received != sent { fail("the upgrade left messages behind") }
    _ = apply(.send)
    if received != sent { fail("a message after the upgrade did not come") }
    let isDue = machine.nextDeadline.map { $0 <= now } == true
    _ = apply(.poll)
    if !machine.isOpen && !isDue { fail("a poll after the upgrade ended the session") }
  }

  private mutating func closeAndPoll() {
    if machine.isOpen {
      _ = apply(.serverClose)
      if releases == 1 && received != sent { fail("a close left messages behind") }
    }
    if ends != 1 { fail("no end") }
    guard case .closing(let leftover, let deadline) = machine.state, now < deadline else { return }
    _ = apply(leftover == .awaitedSocket ? .openSocket : .poll)
    if releases != 1 { fail("the last packets were not the end") }
    if leftover != .farewell && received != sent { fail("a close left messages behind") }
  }

  private mutating func fallSilent() {
    for _ in 0..<8 {
      guard let deadline = machine.nextDeadline else { break }
      now = max(now, deadline)
      perform(machine.timerFired(now: now))
    }
    if releases != 1 { fail("the session lives for ever") }
  }
}
