// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

/// Every order of events up to a bounded depth, against the promises of a session:
///
/// - what the application sends is handed out in order and at most once, and, while the session
///   lives, nothing is missing: it has been handed out or is still queued;
/// - what the client sends is delivered in order and at most once while the session lives;
/// - exactly one end, nothing delivered after it, exactly one release with or after it;
/// - every parked poll is answered exactly once, and none is parked during an accepted probe;
/// - no `noop` and no close packet on a WebSocket;
/// - an open session always has a deadline, so nothing lives for ever.
@Suite struct SessionInterleavingTests {
  @Test func everyInterleavingOfAPollingSession() {
    var explorer = Explorer()
    explorer.explore(Run(machine: .polling()), depth: 9)
    #expect(explorer.failures.prefix(3) == [])
    // The exploration went where it was meant to go.
    #expect(explorer.reached.isSuperset(of: Run.Landmark.allCases))
    #expect(explorer.states > 20_000)
  }

  @Test func everyInterleavingOfAWebSocketSession() {
    let (machine, socket) = Machine.webSocket()
    var explorer = Explorer()
    explorer.explore(Run(machine: machine, active: socket), depth: 7)
    #expect(explorer.failures.prefix(3) == [])
    #expect(explorer.reached.contains(.ended))
  }

  @Test func everyInterleavingOfAHandshakeByWebSocket() {
    var machine = Machine(transport: .websocket, configuration: Machine.testConfiguration)
    _ = machine.open(handshake: "{}", now: at(0))
    var explorer = Explorer()
    explorer.explore(Run(machine: machine), depth: 7)
    #expect(explorer.failures.prefix(3) == [])
    #expect(explorer.reached.contains(.ended))
  }
}

/// Walks through all orders of events; states that were seen before with as many steps left are
/// not walked again.
private struct Explorer {
  private var seen: [Run: Int] = [:]
  var failures: [String] = []
  var reached: Set<Run.Landmark> = []
  var states: Int { seen.count }

  mutating func explore(_ run: Run, depth: Int, path: [Event] = []) {
    guard depth > 0, failures.isEmpty else { return }
    if let walked = seen[run], walked >= depth { return }
    seen[run] = depth
    for event in Event.allCases {
      var next = run
      guard next.apply(event) else { continue }
      reached.formUnion(next.landmarks)
      if let failure = next.failure {
        failures.append("\(path + [event]): \(failure)")
        return
      }
      explore(next, depth: depth - 1, path: path + [event])
    }
  }
}

private enum Event: CaseIterable {
  case poll, abandonPoll
  case beginPost, postMessage, postPong, postClose, endPost
  case openSocket, probe, upgrade, socketMessage, socketPong, socketClose, socketGarbage, socketLost
  case send, serverClose, deadline
}

/// A machine, and what a client, an application and an observer know of it.
private struct Run: Hashable {
  enum Landmark: CaseIterable {
    case upgraded, probeRefused, flushedToSocket, ended, timedOut, farewell, lastPoll, overlap
  }

  var machine: Machine
  var now = 0.0
  var poll: PollToken?
  var post: PostToken?
  var active: SocketToken?
  var probe: SocketToken?
  var sentCount = 0
  var receivedCount = 0
  var clientCount = 0
  var deliveredCount = 0
  var ends = 0
  var releases = 0
  var failure: String?
  var landmarks: Set<Landmark> = []

  init(machine: Machine, active: SocketToken? = nil) {
    self.machine = machine
    self.active = active
  }

  /// Applies an event; false if it cannot happen now.
  mutating func apply(_ event: Event) -> Bool {
    landmarks = []
    let wasOpen = machine.isOpen
    guard step(event) else { return false }
    check(wasOpen: wasOpen)
    return true
  }

  private mutating func step(_ event: Event) -> Bool {
    switch event {
    case .poll:
      let hadPoll = poll != nil
      let (outcome, actions) = machine.poll(now: at(now))
      perform(actions)
      switch outcome {
      case .answer(let packets):
        if hadPoll { fail("a second poll was answered") }
        if ends == 1 { landmarks.insert(packets == [.noop] ? .farewell : .lastPoll) }
        take(packets, bySocket: false)
      case .parked(let token):
        if hadPoll { fail("a second poll was parked") }
        poll = token
      case .refused:
        if hadPoll { landmarks.insert(.overlap) }
        if hadPoll && poll != nil { fail("the first poll was not answered") }
      }
    case .abandonPoll:
      guard let token = poll else { return false }
      poll = nil
      perform(machine.abandonPoll(token, now: at(now)))
    case .beginPost:
      let (outcome, actions) = machine.beginPost(now: at(now))
      perform(actions)
      if case .accepted(let token) = outcome {
        if post != nil { fail("a second post was accepted") }
        post = token
      }
    case .postMessage: return receiveInPost(.message(.text(String(clientCount + 1))))
    case .postPong: return receiveInPost(.pong(""))
    case .postClose: return receiveInPost(.close)
    case .endPost:
      guard let token = post else { return false }
      post = nil
      perform(machine.endPost(token, now: at(now)).actions)
    case .openSocket:
      guard probe == nil else { return false }
      if machine.transport == .websocket {
        guard active == nil, let (token, actions) = machine.attachSocket() else { return false }
        active = token
        perform(actions)
      } else if let token = machine.beginProbe(now: at(now)) {
        probe = token
      } else {
        landmarks.insert(.probeRefused)
        return ends == 1 || machine.isUpgrading
      }
    case .probe: return receiveOnSocket(.ping("probe"), probe)
    case .upgrade:
      guard let token = probe else { return false }
      let hadPackets = machine.queuedPackets > 0
      guard receiveOnSocket(.upgrade, token) else { return false }
      if machine.transport == .websocket {
        landmarks.insert(.upgraded)
        if hadPackets { landmarks.insert(.flushedToSocket) }
        active = token
        probe = nil
      }
    case .socketMessage: return receiveOnSocket(.message(.text(String(clientCount + 1))), active)
    case .socketPong: return receiveOnSocket(.pong(""), active)
    case .socketClose: return receiveOnSocket(.close, active)
    case .socketGarbage:
      guard let token = active ?? probe else { return false }
      perform(machine.receiveUnreadable(on: token, now: at(now)))
    case .socketLost:
      guard let token = active ?? probe else { return false }
      active = nil
      probe = nil
      perform(machine.socketClosed(token, .transportError, now: at(now)))
    case .send:
      guard sentCount < 3 else { return false }
      let message = EngineIOMessage.text(String(sentCount + 1))
      switch machine.send(message) {
      case .send(let socket):
        sentCount += 1
        take([.message(message)], bySocket: true, socket)
      case .answerPoll(let token):
        sentCount += 1
        answer(token, [.message(message)])
      case .queued:
        sentCount += 1
      case .refused:
        if machine.isOpen { fail("an open session refused a message") }
        return false
      }
    case .serverClose:
      perform(machine.end(.serverClose, now: at(now)))
    case .deadline:
      guard let deadline = machine.nextDeadline else { return false }
      now = max(now, Double((at(0).duration(to: deadline) / .microseconds(1)).rounded()) / 1000)
      perform(machine.timerFired(now: at(now)))
      if machine.endReason == .pingTimeout { landmarks.insert(.timedOut) }
    }
    return true
  }

  private mutating func receiveInPost(_ packet: Packet) -> Bool {
    guard let token = post, clientCount < 3 else { return false }
    deliver(machine.receive(packet, in: token, now: at(now)), packet)
    return true
  }

  private mutating func receiveOnSocket(_ packet: Packet, _ token: SocketToken?) -> Bool {
    guard let token, clientCount < 3 else { return false }
    deliver(machine.receive(packet, on: token, now: at(now)), packet)
    return true
  }

  private mutating func deliver(_ outcome: Machine.ReceiveOutcome, _ packet: Packet) {
    switch outcome {
    case .message(let message):
      if ends > 0 { fail("a message after the end") }
      clientCount += 1
      deliveredCount += 1
      if message != .text(String(deliveredCount)) { fail("a message out of order") }
    case .actions(let actions):
      if case .message = packet, machine.isOpen { fail("a message of an open session was lost") }
      perform(actions)
    }
  }

  private mutating func perform(_ actions: [Machine.Action]) {
    for action in actions {
      switch action {
      case .answerPoll(let token, let packets): answer(token, packets)
      case .send(let packets, let socket): take(packets, bySocket: true, socket)
      case .closeSocket(let socket, _):
        if socket == active { active = nil }
        if socket == probe { probe = nil }
      case .ended:
        ends += 1
        landmarks.insert(.ended)
      case .released:
        if ends == 0 { fail("released before its end") }
        releases += 1
      }
    }
  }

  private mutating func answer(_ token: PollToken, _ packets: [Packet]) {
    if token != poll { fail("answered a poll that is not parked") }
    poll = nil
    take(packets, bySocket: false)
  }

  private mutating func take(_ packets: [Packet], bySocket: Bool, _ socket: SocketToken? = nil) {
    if packets.isEmpty { fail("nothing was handed out") }
    if bySocket && socket != active && socket != probe { fail("a packet on a closed WebSocket") }
    for packet in packets {
      switch packet {
      case .message(let message):
        receivedCount += 1
        if message != .text(String(receivedCount)) { fail("handed out out of order: \(message)") }
      case .noop, .close:
        if bySocket { fail("\(packet) on a WebSocket") }
      default: break
      }
    }
  }

  private mutating func check(wasOpen: Bool) {
    if ends > 1 { fail("ended \(ends) times") }
    if releases > 1 { fail("released \(releases) times") }
    if machine.isOpen == (ends == 1) { fail("open and ended do not agree") }
    if (machine.endReason != nil) != (ends == 1) { fail("an end without a reason") }
    if machine.isOpen {
      if receivedCount + queuedMessages != sentCount { fail("a packet was lost") }
      if poll != nil && machine.queuedPackets > 0 { fail("a poll is parked beside packets") }
      if case .open(.polling(let polling)) = machine.state, polling.probe?.isAccepted == true,
        poll != nil
      {
        fail("a poll is parked during an accepted probe")
      }
    } else if poll != nil {
      fail("a poll was left parked after the end")
    }
    if releases == 0 && machine.nextDeadline == nil { fail("nothing bounds the session") }
    if releases == 1 && machine.nextDeadline != nil { fail("a timer after the release") }
  }

  private var queuedMessages: Int {
    machine.queue.packets.count { if case .message = $0 { true } else { false } }
  }

  private mutating func fail(_ text: String) {
    if failure == nil { failure = text }
  }
}
