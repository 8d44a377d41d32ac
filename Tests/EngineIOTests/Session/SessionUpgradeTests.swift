// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionUpgradeTests {
  @Test func parkedPollEndsRightAfterTheProbeIsAnswered() {
    var machine = Machine.polling()
    let poll = machine.park()
    let socket = machine.startProbe(now: at(0))
    #expect(machine.isUpgrading)
    #expect(
      machine.receive(.ping("probe"), on: socket, now: at(0))
        == .actions([.send([.pong("probe")], on: socket), .answerPoll(poll, [.noop])]))
  }

  @Test func everyLaterPollEndsAtOnce() {
    var machine = Machine.polling()
    _ = machine.acceptProbe()
    for _ in 0..<3 { #expect(machine.poll(now: at(0)).outcome == .answer([.noop])) }
  }

  @Test func pollBetweenConnectAndProbeIsParked() {
    var machine = Machine.polling()
    let socket = machine.startProbe(now: at(0))
    let poll = machine.park()
    #expect(
      machine.receive(.ping("probe"), on: socket, now: at(0))
        == .actions([.send([.pong("probe")], on: socket), .answerPoll(poll, [.noop])]))
  }

  @Test func probeMayBeRepeatedAndIsAnsweredOnce() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    #expect(machine.receive(.ping("probe"), on: socket, now: at(0)) == .actions([]))
    #expect(machine.receive(.upgrade, on: socket, now: at(0)) == .actions([]))
    #expect(machine.transport == .websocket)
  }

  @Test func messagesStillLeaveWithPollsDuringTheProbe() {
    var machine = Machine.polling()
    _ = machine.acceptProbe()
    _ = machine.send("a")
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("a")]))
    #expect(machine.poll(now: at(0)).outcome == .answer([.noop]))
  }

  @Test func bufferedPacketsGoToTheWebSocketInOrderAndNoNoopWithThem() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    #expect(machine.poll(now: at(0)).outcome == .answer([.noop]))
    _ = machine.send("a")
    _ = machine.send("b")
    #expect(
      machine.receive(.upgrade, on: socket, now: at(0))
        == .actions([.send([.message("a"), .message("b")], on: socket)]))
    #expect(machine.send("c") == .send(on: socket))
    #expect(machine.transport == .websocket)
  }

  @Test func messageRightAfterTheUpgradePacketIsReceived() {
    var (machine, socket) = Machine.upgraded()
    #expect(machine.receive(.message("hello"), on: socket, now: at(0)) == .message("hello"))
  }

  @Test func pollingIsRefusedAfterTheUpgrade() {
    var (machine, _) = Machine.upgraded()
    #expect(machine.poll(now: at(0)).outcome == .refused(.badRequest))
    #expect(machine.beginPost(now: at(0)).outcome == .refused(.badRequest))
    #expect(machine.isOpen)
  }

  @Test func postInProgressAtTheUpgradeStillDelivers() {
    var machine = Machine.polling()
    let post = machine.post()
    let socket = machine.acceptProbe()
    _ = machine.receive(.upgrade, on: socket, now: at(0))
    #expect(machine.receive(.message("a"), in: post, now: at(0)) == .message("a"))
    #expect(machine.endPost(post, now: at(0)).error == nil)
    #expect(machine.receive(.message("b"), in: post, now: at(0)) == .actions([]))
  }

  @Test func secondWebSocketIsNotTaken() {
    var (machine, socket) = Machine.upgraded()
    #expect(machine.socketRefusal == nil)
    #expect(machine.beginProbe(now: at(0)) == nil)
    #expect(machine.send("a") == .send(on: socket))
    var (direct, first) = Machine.webSocket()
    #expect(direct.beginProbe(now: at(0)) == nil)
    #expect(direct.send("a") == .send(on: first))
  }

  @Test func secondProbeIsNotTaken() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    #expect(machine.beginProbe(now: at(0)) == nil)
    #expect(machine.receive(.upgrade, on: socket, now: at(0)) == .actions([]))
    #expect(machine.transport == .websocket)
  }

  @Test(arguments: [
    Packet.message("early"), .ping(""), .ping("other"), .pong(""), .close, .noop, .open("{}"),
    .upgrade,
  ])
  func wrongFirstPacketEndsOnlyTheProbe(packet: Packet) {
    var machine = Machine.polling()
    let poll = machine.park()
    let socket = machine.startProbe(now: at(0))
    #expect(
      machine.receive(packet, on: socket, now: at(0))
        == .actions([.closeSocket(socket, .protocolError)]))
    #expect(machine.send("a") == .answerPoll(poll))
    // What the closed probe still says is nobody's.
    #expect(machine.receive(.ping("probe"), on: socket, now: at(0)) == .actions([]))
    #expect(machine.receive(.upgrade, on: socket, now: at(0)) == .actions([]))
    #expect(machine.transport == .polling)
  }

  @Test func unreadableFrameEndsOnlyTheProbe() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    #expect(
      machine.receiveUnreadable(on: socket, now: at(0)) == [.closeSocket(socket, .protocolError)])
    #expect(machine.receiveUnreadable(on: socket, now: at(0)).isEmpty)
    #expect(machine.isOpen)
    _ = machine.park()
  }

  @Test func lossOfTheProbeLeavesPollingAsItWas() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    _ = machine.send("a")
    #expect(machine.socketClosed(socket, .transportError, now: at(0)).isEmpty)
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("a")]))
    _ = machine.park()
    // And another attempt may be made.
    #expect(machine.beginProbe(now: at(0)) != nil)
  }

  @Test func probeTimesOutAlone() {
    var configuration = Machine.testConfiguration
    configuration.upgradeTimeout = .milliseconds(100)
    var machine = Machine.polling(configuration)
    let socket = machine.startProbe(now: at(50))
    #expect(machine.nextDeadline == at(150))
    #expect(machine.timerFired(now: at(149)).isEmpty)
    #expect(machine.timerFired(now: at(150)) == [.closeSocket(socket, .timeout)])
    #expect(machine.nextDeadline == at(300))
    #expect(machine.isOpen)
    #expect(!machine.isUpgrading)
  }

  @Test func upgradesCanBeForbidden() {
    var configuration = Machine.testConfiguration
    configuration.allowsUpgrades = false
    var machine = Machine.polling(configuration)
    #expect(machine.socketRefusal == .badRequest)
    #expect(machine.beginProbe(now: at(0)) == nil)
  }

  @Test func sessionThatEndsTakesItsProbeAlong() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe()
    #expect(
      machine.end(.serverClose, now: at(0))
        == [.closeSocket(socket, .sessionEnded), .ended(.serverClose)])
    #expect(machine.receive(.upgrade, on: socket, now: at(0)) == .actions([]))
    #expect(machine.poll(now: at(0)).outcome == .answer([.close]))
    #expect(machine.socketRefusal == .sessionIDUnknown)
  }

  @Test func probeAnsweredWithAPingWaiting() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    let socket = machine.acceptProbe(now: at(310))
    #expect(
      machine.receive(.upgrade, on: socket, now: at(320))
        == .actions([.send([.ping("")], on: socket)]))
    #expect(machine.receive(.pong(""), on: socket, now: at(330)) == .actions([]))
    #expect(machine.nextDeadline == at(630))
  }
}
