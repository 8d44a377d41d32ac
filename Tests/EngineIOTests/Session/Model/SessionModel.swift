// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

@testable import EngineIO

/// A machine, and what its host, a client and an application know of it: enough to hold the
/// machine to the promises of a session after every event.
struct SessionModel {
  /// Durations are whole units, so that the states of a session are finitely many.
  static let unit = Duration.milliseconds(100)

  static func configuration(_ version: ProtocolVersion) -> Machine.Configuration {
    var configuration = Machine.Configuration()
    configuration.version = version
    configuration.pingInterval = unit * 3
    configuration.pingTimeout = unit * 2
    configuration.upgradeTimeout = unit * 4
    configuration.closeTimeout = unit * 3
    configuration.farewellTimeout = unit
    configuration.highWaterMarkPackets = 1
    return configuration
  }

  /// Messages that may be under way to the client at once.
  let maxUnderway: Int
  let configuration: Machine.Configuration
  var machine: Machine
  var now = at(0)
  var isRejected = false
  var parked: PollToken?
  var post: PostToken?
  var active: SocketToken?
  var probe: SocketToken?
  /// Messages that the application sent, and how many of them the client has.
  var sent = 0
  var received = 0
  var ends = 0
  var releases = 0
  var failure: String?

  init(_ transport: TransportKind, _ version: ProtocolVersion, maxUnderway: Int) {
    self.maxUnderway = maxUnderway
    configuration = Self.configuration(version)
    machine = Machine(transport: transport, configuration: configuration)
  }

  mutating func fail(_ text: String) {
    if failure == nil { failure = text }
  }
}

// MARK: - What the host does

extension SessionModel {
  mutating func perform(_ actions: [Machine.Action]) {
    if releases > 0 && !actions.isEmpty { fail("\(actions) after the release") }
    for action in actions {
      switch action {
      case .answerPoll(let token, let packets): answer(token, packets)
      case .send(let packets, let socket): take(packets, on: socket)
      case .closeSocket(let socket, _):
        guard socket == active || socket == probe else {
          fail("closed a WebSocket that is not there")
          break
        }
        if socket == active { active = nil } else { probe = nil }
      case .ended(let reason):
        ends += 1
        if machine.endReason != reason { fail("ended for one reason and says another") }
      case .released:
        releases += 1
        if ends == 0 { fail("released before its end") }
        if parked != nil { fail("released with a poll parked") }
        if active != nil || probe != nil { fail("released with a WebSocket open") }
      }
    }
  }

  mutating func answer(_ token: PollToken, _ packets: [Packet]) {
    if token != parked { fail("answered a poll that is not parked") }
    parked = nil
    take(packets)
  }

  /// The client gets packets by a poll.
  mutating func take(_ packets: [Packet]) {
    if packets.isEmpty { fail("a poll was answered with nothing") }
    for (index, packet) in packets.enumerated() {
      switch packet {
      case .message(let message): take(message)
      case .noop: if packets.count > 1 { fail("a noop beside other packets") }
      case .close: if index < packets.count - 1 { fail("packets after the close packet") }
      case .open: if index > 0 { fail("an open packet that is not the first") }
      case .ping, .pong: takeHeartbeat(packet)
      case .upgrade: fail("\(packet) by a poll")
      }
    }
  }

  /// The client gets packets by a WebSocket.
  mutating func take(_ packets: [Packet], on socket: SocketToken) {
    if packets.isEmpty { fail("nothing was sent") }
    if socket == probe {
      if packets != [.pong("probe")] { fail("\(packets) on a probe") }
      return
    }
    if socket != active { fail("a packet on a WebSocket that is closed") }
    for (index, packet) in packets.enumerated() {
      switch packet {
      case .message(let message): take(message)
      case .open: if index > 0 { fail("an open packet that is not the first") }
      case .ping, .pong: takeHeartbeat(packet)
      case .noop, .close, .upgrade: fail("\(packet) on a WebSocket")
      }
    }
  }

  private mutating func takeHeartbeat(_ packet: Packet) {
    if packet != heartbeatPacket { fail("\(packet) from the server") }
  }

  /// What the server sends: a ping, or in version 3 a pong.
  var heartbeatPacket: Packet { configuration.version == .v4 ? .ping("") : .pong("") }

  private mutating func take(_ message: EngineIOMessage) {
    received += 1
    if message != Self.message(received) { fail("the client got \(message) out of order") }
  }

  static func message(_ number: Int) -> EngineIOMessage { .text(String(number)) }
}
