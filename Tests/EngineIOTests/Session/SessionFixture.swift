// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

@testable import EngineIO

typealias Machine = SessionStateMachine

extension SessionStateMachine {
  /// Interval 300 ms and timeout 200 ms, as in the official suite.
  static var testConfiguration: Configuration {
    var configuration = Configuration()
    configuration.pingInterval = .milliseconds(300)
    configuration.pingTimeout = .milliseconds(200)
    return configuration
  }

  /// An open polling session.
  static func polling(_ configuration: Configuration = testConfiguration) -> Machine {
    var machine = Machine(transport: .polling, configuration: configuration)
    _ = machine.open(handshake: "{}", now: at(0))
    return machine
  }

  /// An open WebSocket session, with its socket attached.
  static func webSocket() -> (Machine, SocketToken) {
    var machine = Machine(transport: .websocket, configuration: testConfiguration)
    _ = machine.open(handshake: "{}", now: at(0))
    guard let socket = machine.attachSocket()?.socket else { preconditionFailure() }
    return (machine, socket)
  }

  /// A session that went over to a WebSocket.
  static func upgraded() -> (Machine, SocketToken) {
    var machine = polling()
    let socket = machine.acceptProbe()
    _ = machine.receive(.upgrade, on: socket, now: at(0))
    return (machine, socket)
  }

  /// Begins a probe; traps unless it may.
  mutating func startProbe(now: ContinuousClock.Instant = at(0)) -> SocketToken {
    guard let socket = beginProbe(now: now) else { preconditionFailure() }
    return socket
  }

  /// Begins a probe and has it accepted.
  mutating func acceptProbe(now: ContinuousClock.Instant = at(0)) -> SocketToken {
    let socket = startProbe(now: now)
    _ = receive(.ping("probe"), on: socket, now: now)
    return socket
  }

  /// Polls; traps unless the poll is parked.
  mutating func park(now: ContinuousClock.Instant = at(0)) -> PollToken {
    guard case .parked(let poll) = poll(now: now).outcome else { preconditionFailure() }
    return poll
  }

  /// Begins a post; traps unless it is accepted.
  mutating func post(now: ContinuousClock.Instant = at(0)) -> PostToken {
    guard case .accepted(let post) = beginPost(now: now).outcome else { preconditionFailure() }
    return post
  }
}

private let origin = ContinuousClock.now

/// A time in milliseconds since the session was opened.
func at(_ milliseconds: Double) -> ContinuousClock.Instant {
  origin.advanced(by: .microseconds(Int64(milliseconds * 1000)))
}
