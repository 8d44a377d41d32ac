// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

/// The heartbeat the other way round.
@Suite struct SessionVersion3Tests {
  private static let configuration: Machine.Configuration = {
    var configuration = Machine.testConfiguration
    configuration.version = .v3
    return configuration
  }()

  private func webSocket() throws -> (Machine, SocketToken) {
    var machine = Machine(transport: .websocket, configuration: Self.configuration)
    _ = machine.open(handshake: "{}", now: at(0))
    let socket = machine.attachSocket()?.socket
    return (machine, try #require(socket))
  }

  @Test func serverNeverPings() throws {
    var (machine, socket) = try webSocket()
    #expect(machine.nextDeadline == at(500))
    #expect(machine.timerFired(now: at(499.9)).isEmpty)
    #expect(
      machine.timerFired(now: at(500))
        == [.closeSocket(socket, .timeout), .ended(.pingTimeout), .released])
  }

  @Test func everyPingIsAnsweredAndGivesTime() throws {
    var (machine, socket) = try webSocket()
    for time in [300.0, 600, 610, 1000] {
      // The data of a ping is not echoed.
      #expect(
        machine.receive(.ping("x"), on: socket, now: at(time))
          == .actions([.send([.pong("")], on: socket)]))
      #expect(machine.nextDeadline == at(time + 500))
    }
  }

  @Test func pongLeavesWithTheParkedPoll() {
    var machine = Machine.polling(Self.configuration)
    let poll = machine.park()
    let post = machine.post(now: at(300))
    #expect(
      machine.receive(.ping(""), in: post, now: at(300))
        == .actions([.answerPoll(poll, [.pong("")])]))
    #expect(machine.nextDeadline == at(800))
  }

  @Test func pongsDoNotPileUpForAClientThatNeverPolls() {
    var machine = Machine.polling(Self.configuration)
    let post = machine.post()
    for _ in 0..<100 { _ = machine.receive(.ping(""), in: post, now: at(0)) }
    #expect(machine.poll(now: at(0)).outcome == .answer([.pong("")]))
  }

  @Test func clientMustNotPong() throws {
    var (machine, socket) = try webSocket()
    #expect(
      machine.receive(.pong(""), on: socket, now: at(0))
        == .actions([.closeSocket(socket, .protocolError), .ended(.protocolViolation), .released]))
  }

  @Test func messagesDoNotReplaceAPing() throws {
    var (machine, socket) = try webSocket()
    #expect(machine.receive(.message("a"), on: socket, now: at(400)) == .message("a"))
    #expect(machine.nextDeadline == at(500))
  }

  @Test func probeIsAsInVersion4() {
    var machine = Machine.polling(Self.configuration)
    let poll = machine.park()
    let socket = machine.startProbe()
    #expect(
      machine.receive(.ping("probe"), on: socket, now: at(100))
        == .actions([.send([.pong("probe")], on: socket), .answerPoll(poll, [.noop])]))
    #expect(machine.receive(.upgrade, on: socket, now: at(100)) == .actions([]))
    // A probe is not the heartbeat.
    #expect(machine.nextDeadline == at(500))
  }

  @Test func blockedReaderPutsTheTimeoutOff() {
    var machine = Machine.polling(Self.configuration)
    machine.readerBlocked()
    #expect(machine.nextDeadline == at(1000))
    machine.readerUnblocked(now: at(900))
    #expect(machine.nextDeadline == at(1400))
  }

  @Test func everyTextCanTravelByPolling() {
    var machine = Machine.polling(Self.configuration)
    #expect(machine.send("a\u{1e}b") == .queued(isAboveHighWaterMark: false))
    #expect(machine.send(contentsOf: ["\u{1e}", "c"]) == .queued(isAboveHighWaterMark: false))
    _ = machine.poll(now: at(0))
    let poll = machine.park()
    #expect(machine.sendVolatile("\u{1e}") == .answerPoll(poll))
  }
}
