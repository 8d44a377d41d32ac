// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionOpeningTests {
  @Test func pollingHandshakeCarriesWhatConnectSent() {
    var machine = Machine(transport: .polling, configuration: Machine.testConfiguration)
    #expect(machine.send("a") == .queued(isAboveHighWaterMark: false))
    #expect(machine.send("b") == .queued(isAboveHighWaterMark: false))
    let (packets, actions) = machine.open(handshake: "{}", now: at(0))
    #expect(packets == [.open("{}"), .message("a"), .message("b")])
    #expect(actions.isEmpty)
    #expect(machine.queuedPackets == 0)
    #expect(machine.transport == .polling)
  }

  @Test func webSocketHandshakeCarriesWhatConnectSent() {
    var machine = Machine(transport: .websocket, configuration: Machine.testConfiguration)
    _ = machine.send("a")
    #expect(machine.open(handshake: "{}", now: at(0)).packets.isEmpty)
    // Sent after the handshake was accepted and before the WebSocket is there.
    #expect(machine.send("b") == .queued(isAboveHighWaterMark: false))
    let attached = machine.attachSocket()
    #expect(
      attached?.actions.first
        == attached.map { .send([.open("{}"), .message("a"), .message("b")], on: $0.socket) })
    #expect(attached?.actions.count == 1)
    #expect(machine.attachSocket() == nil)
    #expect(attached.map { machine.send("c") == .send(on: $0.socket) } == true)
  }

  @Test func rejectedSessionHasNoEnd() {
    var machine = Machine(transport: .polling, configuration: Machine.testConfiguration)
    machine.reject()
    #expect(machine.end(.serverClose, now: at(0)).isEmpty)
    #expect(machine.poll(now: at(0)).outcome == .refused(.sessionIDUnknown))
    #expect(machine.nextDeadline == nil)
    #expect(machine.endReason == nil)
  }

  @Test func closedWithinConnect() {
    var machine = Machine(transport: .polling, configuration: Machine.testConfiguration)
    _ = machine.send("bye")
    #expect(machine.end(.serverClose, now: at(0)).isEmpty)
    #expect(!machine.isOpen)
    #expect(machine.send("late") == .refused(.closed))
    #expect(machine.end(.serverShutdown, now: at(0)).isEmpty)
    let (packets, actions) = machine.open(handshake: "{}", now: at(0))
    #expect(packets == [.open("{}"), .message("bye"), .close])
    #expect(actions == [.ended(.serverClose), .released])
  }

  @Test func closedWithinConnectOfAWebSocket() throws {
    var machine = Machine(transport: .websocket, configuration: Machine.testConfiguration)
    _ = machine.send("bye")
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.open(handshake: "{}", now: at(0)).actions == [.ended(.serverClose)])
    let attached = machine.attachSocket()
    let (socket, actions) = try #require(attached)
    #expect(
      actions == [
        .send([.open("{}"), .message("bye")], on: socket), .closeSocket(socket, .sessionEnded),
        .released,
      ])
  }

  @Test func webSocketThatNeverComesTimesOut() {
    var machine = Machine(transport: .websocket, configuration: Machine.testConfiguration)
    _ = machine.open(handshake: "{}", now: at(0))
    #expect(machine.timerFired(now: at(300)).isEmpty)
    #expect(machine.timerFired(now: at(500)) == [.ended(.pingTimeout), .released])
    #expect(machine.attachSocket() == nil)
  }

  @Test func bufferIsBoundedBeforeTheHandshakeIsAnswered() {
    var configuration = Machine.testConfiguration
    configuration.highWaterMarkPackets = 1
    var machine = Machine(transport: .polling, configuration: configuration)
    #expect(machine.send("a") == .queued(isAboveHighWaterMark: false))
    #expect(machine.send("b") == .queued(isAboveHighWaterMark: true))
    #expect(machine.send("c") == .refused(.bufferFull))
  }
}
