// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

@testable import EngineIO

/// A client's machine together with what has to be true of it whatever happens: everything it says is
/// checked against what it said before.
struct ClientModel: Hashable {
  var machine: ClientStateMachine
  var now: ContinuousClock.Instant
  private let start: ContinuousClock.Instant

  /// Under way, as far as the owner of the machine knows.
  private(set) var poll: PollToken?
  private(set) var post: PostToken?
  private(set) var sockets: [SocketToken] = []
  private(set) var openSockets: Set<SocketToken> = []
  private(set) var carrier: SocketToken?

  private(set) var hasOpened = false
  private(set) var failures = 0
  private(set) var ends: [DisconnectReason] = []
  private(set) var hasUpgraded = false
  private(set) var received: [String] = []
  /// Messages in the order in which they were sent, and in which they left.
  private(set) var sent: [String] = []
  private(set) var left: [String] = []
  private(set) var hasSaidGoodbye = false
  private(set) var problems: [String] = []

  init(_ configuration: ClientStateMachine.Configuration) {
    machine = ClientStateMachine(configuration: configuration)
    start = reference
    now = start
  }

  var isOver: Bool { failures > 0 || !ends.isEmpty }

  // MARK: Events

  mutating func connect() { take(machine.connect(now: now)) }

  mutating func send(_ text: String) {
    switch machine.send(.text(text), now: now) {
    case .send(let token):
      sent.append(text)
      take([.send([.message(.text(text))], on: token)])
    case .queued(let actions, _):
      sent.append(text)
      take(actions)
    case .refused: break
    case .expired(let actions): take(actions)
    }
  }

  mutating func disconnect() { take(machine.disconnect(now: now)) }
  mutating func abort() { take(machine.abort()) }

  mutating func answerPoll(_ payload: String) {
    guard let token = poll else { return }
    poll = nil
    take(machine.pollAnswered(token, ByteBuffer(string: payload), now: now))
  }

  mutating func failPoll() {
    guard let token = poll else { return }
    poll = nil
    take(machine.pollFailed(token, Self.lost(.poll), now: now))
  }

  mutating func answerPost() {
    guard let token = post else { return }
    post = nil
    take(machine.postAnswered(token, now: now))
  }

  mutating func failPost() {
    guard let token = post else { return }
    post = nil
    take(machine.postFailed(token, Self.lost(.post), now: now))
  }

  mutating func openSocket(_ index: Int = 0) {
    guard sockets.indices.contains(index) else { return }
    openSockets.insert(sockets[index])
    take(machine.socketOpened(sockets[index]))
  }

  mutating func receive(_ packet: Packet, on index: Int = 0) {
    guard sockets.indices.contains(index), openSockets.contains(sockets[index]) else { return }
    switch machine.receive(packet, on: sockets[index], now: { now }) {
    case .message(let message): take([.message(message)])
    case .actions(let actions): take(actions)
    }
  }

  mutating func closeSocket(_ index: Int = 0, code: UInt16? = nil) {
    guard sockets.indices.contains(index) else { return }
    let token = sockets.remove(at: index)
    openSockets.remove(token)
    if carrier == token { carrier = nil }
    let error =
      code.map {
        EngineIOClientError(.webSocket, .webSocketClosed(code: $0, reason: ""))
      } ?? Self.lost(.webSocket)
    take(machine.socketClosed(token, error, now: now))
  }

  mutating func passDeadline() {
    guard let deadline = machine.nextDeadline else { return }
    now = max(now, deadline)
    take(machine.timerFired(now: now))
  }

  static func lost(_ step: EngineIOClientError.Step) -> EngineIOClientError {
    EngineIOClientError(step, .connectionLost("test"))
  }

  // MARK: Promises

  private mutating func take(_ actions: [ClientStateMachine.Action]) {
    for action in actions {
      check(!isOver || isCleanUp(action), "an action after the end")
      take(action)
    }
    if machine.isClosed {
      check(isOver, "closed without a word")
      check(poll == nil && post == nil && sockets.isEmpty, "something left behind")
      check(machine.nextDeadline == nil, "a deadline after the end")
      check(!machine.isOpen && machine.transport == nil, "open after the end")
    } else {
      check(machine.nextDeadline != nil || !hasOpened, "no deadline")
    }
    if failures == 0 {
      check(left == Array(sent.prefix(left.count)), "left in another order")
      if !isOver, hasOpened, machine.queuedPackets == 0 {
        check(left == sent, "a message lost")
      }
    }
  }

  private func isCleanUp(_ action: ClientStateMachine.Action) -> Bool {
    switch action {
    case .cancelPoll, .cancelPost, .abortSocket: true
    default: false
    }
  }

  private mutating func take(_ action: ClientStateMachine.Action) {
    switch action {
    case .poll(let token):
      check(poll == nil, "two polls at once")
      check(!hasUpgraded, "a poll after the upgrade")
      poll = token
    case .post(let token, let packets):
      check(post == nil, "two posts at once")
      check(!hasUpgraded && hasOpened, "a post without a session that polls")
      check(!packets.isEmpty, "an empty post")
      post = token
      note(packets)
    case .cancelPoll(let token):
      check(poll == token, "cancels another poll")
      poll = nil
    case .cancelPost(let token):
      check(post == token, "cancels another post")
      post = nil
    case .openSocket(let token):
      check(sockets.isEmpty, "two sockets at once")
      sockets.append(token)
    case .send(let packets, let token):
      check(openSockets.contains(token), "sends on a socket that is not open")
      if packets.first == .upgrade {
        check(poll == nil && post == nil, "upgrades while polling")
        carrier = token
      } else if packets != [.ping("probe")] {
        check(carrier == token, "sends on a socket that does not carry the session")
      }
      note(packets)
    case .closeSocket(let token):
      check(openSockets.contains(token), "closes a socket that is not open")
    case .abortSocket(let token):
      check(sockets.contains(token), "aborts a socket that is gone")
      sockets.removeAll { $0 == token }
      openSockets.remove(token)
    case .attemptFailed: break
    case .opened:
      check(!hasOpened, "opened twice")
      hasOpened = true
      if case .open(let session) = machine.state, case .socket(let token) = session.transport {
        carrier = token
      } else if poll == nil, let socket = sockets.first, openSockets.contains(socket) {
        // The session was opened and over within one packet.
        carrier = socket
      }
    case .failed:
      check(!hasOpened, "failed after it opened")
      failures += 1
      check(failures == 1, "failed twice")
    case .message(let message):
      check(hasOpened, "a message before the session")
      if case .text(let text) = message { received.append(text) }
    case .heartbeat: break
    case .upgraded:
      check(!hasUpgraded, "upgraded twice")
      hasUpgraded = true
    case .upgradeFailed:
      check(!hasUpgraded, "an upgrade failed that had succeeded")
    case .ended(let reason, _):
      check(hasOpened, "ended before it opened")
      ends.append(reason)
      check(ends.count == 1, "ended twice")
    }
  }

  private mutating func note(_ packets: [Packet]) {
    for packet in packets {
      check(!hasSaidGoodbye, "a packet after the close packet")
      switch packet {
      case .message(.text(let text)): left.append(text)
      case .close: hasSaidGoodbye = true
      default: break
      }
    }
  }

  private mutating func check(_ isTrue: Bool, _ problem: String) {
    if !isTrue { problems.append(problem) }
  }
}

/// Any instant, the same in every model.
private let reference = ContinuousClock.now
