// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

/// What happens when two things happen at once, one test for each order that once went wrong in some
/// server. Those of a single topic are beside it, in the other suites of this folder.
@Suite struct SessionRaceTests {
  // MARK: Upgrade

  @Test func upgradeRightBehindTheProbeWithAPollParked() {
    var machine = Machine.polling()
    let poll = machine.park()
    let socket = machine.startProbe()
    #expect(
      machine.receive(.ping("probe"), on: socket, now: at(0))
        == .actions([.send([.pong("probe")], on: socket), .answerPoll(poll, [.noop])]))
    #expect(machine.receive(.upgrade, on: socket, now: at(0)) == .actions([]))
    #expect(machine.poll(now: at(0)).outcome == .refused(.badRequest))
    #expect(machine.receive(.message("a"), on: socket, now: at(0)) == .message("a"))
  }

  @Test func producerThatNeverPausesDoesNotStarveTheUpgrade() {
    var machine = Machine.polling()
    var sent = 0
    func next() -> EngineIOMessage {
      sent += 1
      return .text(String(sent))
    }
    let poll = machine.park()
    #expect(machine.send(next()) == .answerPoll(poll))
    _ = machine.send(next())
    let socket = machine.startProbe()
    _ = machine.send(next())
    #expect(
      machine.receive(.ping("probe"), on: socket, now: at(0))
        == .actions([.send([.pong("probe")], on: socket)]))
    _ = machine.send(next())
    #expect(
      machine.poll(now: at(0)).outcome == .answer([.message("2"), .message("3"), .message("4")]))
    _ = machine.send(next())
    _ = machine.send(next())
    #expect(
      machine.receive(.upgrade, on: socket, now: at(0))
        == .actions([.send([.message("5"), .message("6")], on: socket)]))
    #expect(machine.send(next()) == .send(on: socket))
  }

  @Test func failedUpgradeTakesNoPackets() {
    var machine = Machine.polling()
    _ = machine.send("a")
    let socket = machine.acceptProbe()
    #expect(
      machine.receive(.message("early"), on: socket, now: at(0))
        == .actions([.closeSocket(socket, .protocolError)]))
    _ = machine.send("b")
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("a"), .message("b")]))
  }

  @Test func pingDuringTheProbeIsAnsweredByWebSocket() {
    var machine = Machine.polling()
    let socket = machine.acceptProbe(now: at(290))
    #expect(machine.timerFired(now: at(300)).isEmpty)
    #expect(machine.poll(now: at(301)).outcome == .answer([.ping("")]))
    #expect(machine.poll(now: at(302)).outcome == .answer([.noop]))
    _ = machine.receive(.upgrade, on: socket, now: at(303))
    #expect(machine.receive(.pong(""), on: socket, now: at(304)) == .actions([]))
    #expect(machine.nextDeadline == at(604))
  }

  @Test func pongByPostArrivesAfterTheUpgrade() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    #expect(machine.poll(now: at(301)).outcome == .answer([.ping("")]))
    let post = machine.post(now: at(302))
    let socket = machine.acceptProbe(now: at(303))
    _ = machine.receive(.upgrade, on: socket, now: at(304))
    #expect(machine.receive(.pong(""), in: post, now: at(305)) == .actions([]))
    #expect(machine.nextDeadline == at(605))
  }

  @Test func heartbeatThatTimesOutDuringTheProbeClosesIt() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    let socket = machine.acceptProbe(now: at(400))
    #expect(
      machine.timerFired(now: at(500))
        == [.closeSocket(socket, .timeout), .ended(.pingTimeout), .released])
    #expect(machine.receive(.upgrade, on: socket, now: at(500)) == .actions([]))
  }

  @Test func timeLimitOfTheProbeIsOverWithTheUpgrade() {
    var configuration = Machine.testConfiguration
    configuration.upgradeTimeout = .milliseconds(100)
    var machine = Machine.polling(configuration)
    let socket = machine.acceptProbe()
    _ = machine.receive(.upgrade, on: socket, now: at(99))
    #expect(machine.timerFired(now: at(100)).isEmpty)
    #expect(machine.nextDeadline == at(300))
    #expect(machine.send("a") == .send(on: socket))
  }

  @Test func postThatBreaksOffAfterTheUpgradeEndsTheSession() {
    var machine = Machine.polling()
    let post = machine.post()
    let socket = machine.acceptProbe()
    _ = machine.receive(.upgrade, on: socket, now: at(0))
    #expect(
      machine.endPost(post, failure: .transportError, now: at(0)).actions
        == [.closeSocket(socket, .sessionEnded), .ended(.transportError), .released])
  }

  @Test func clientClosesByPostDuringTheProbe() {
    var machine = Machine.polling()
    let post = machine.post()
    let socket = machine.acceptProbe()
    #expect(
      machine.receive(.close, in: post, now: at(0))
        == .actions([.closeSocket(socket, .sessionEnded), .ended(.clientClose)]))
    #expect(machine.socketClosed(socket, .transportClose, now: at(0)).isEmpty)
    #expect(machine.poll(now: at(0)).outcome == .answer([.noop]))
  }

  @Test func shutdownDuringTheProbeWithAPollParked() {
    var machine = Machine.polling()
    let poll = machine.park()
    let socket = machine.startProbe()
    #expect(
      machine.end(.serverShutdown, now: at(0)) == [
        .closeSocket(socket, .goingAway), .answerPoll(poll, [.close]), .ended(.serverShutdown),
        .released,
      ])
  }

  // MARK: Polls and posts

  @Test func oversizedPostAnswersTheParkedPoll() {
    var machine = Machine.polling()
    let poll = machine.park()
    let post = machine.post()
    let (error, actions) = machine.endPost(post, failure: .payloadTooLarge, now: at(0))
    #expect(error == nil)
    #expect(actions == [.answerPoll(poll, [.close]), .ended(.payloadTooLarge), .released])
  }

  @Test func messagesBeforeAnUnreadablePacketAreDelivered() {
    var machine = Machine.polling()
    let post = machine.post()
    #expect(machine.receive(.message("a"), in: post, now: at(0)) == .message("a"))
    #expect(
      machine.endPost(post, failure: .parseError, now: at(0)).actions
        == [.ended(.parseError), .released])
    #expect(machine.receive(.message("b"), in: post, now: at(0)) == .actions([]))
  }

  @Test func sessionEndsWhileAPostIsReadAndThePostIsStillAcknowledged() {
    var machine = Machine.polling()
    let post = machine.post()
    #expect(machine.receive(.message("a"), in: post, now: at(0)) == .message("a"))
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.receive(.message("b"), in: post, now: at(0)) == .actions([]))
    #expect(machine.endPost(post, now: at(0)).error == nil)
    #expect(machine.endReason == .serverClose)
  }

  @Test func overlappingPollsFailThePostBesideThem() {
    var machine = Machine.polling()
    let post = machine.post()
    _ = machine.park()
    #expect(machine.poll(now: at(0)).outcome == .refused(.badRequest))
    #expect(machine.endPost(post, now: at(0)).error == .badRequest)
  }

  @Test func answerThatIsLostOnItsWayEndsTheSession() {
    var machine = Machine.polling()
    _ = machine.send("a")
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("a")]))
    #expect(machine.loseAnswer(now: at(0)) == [.ended(.transportError), .released])
    #expect(machine.loseAnswer(now: at(0)).isEmpty)
  }

  @Test(arguments: TransportKind.allCases)
  func handshakeThatNobodyTakesEndsAtOnce(kind: TransportKind) {
    var machine = Machine(transport: kind, configuration: Machine.testConfiguration)
    _ = machine.open(handshake: "{}", now: at(0))
    #expect(machine.end(.transportError, now: at(0)) == [.ended(.transportError), .released])
    #expect(machine.attachSocket() == nil)
    #expect(machine.nextDeadline == nil)
  }

  // MARK: Ends

  @Test func serverClosesAfterTheClientHas() {
    var machine = Machine.polling()
    let post = machine.post()
    _ = machine.receive(.close, in: post, now: at(0))
    #expect(machine.end(.serverClose, now: at(1)).isEmpty)
    #expect(machine.endReason == .clientClose)
    #expect(machine.poll(now: at(2)).outcome == .answer([.noop]))
  }

  @Test func webSocketIsLostWhileTheServerClosesIt() {
    var (machine, socket) = Machine.webSocket()
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.socketClosed(socket, .transportError, now: at(0)).isEmpty)
    #expect(machine.receiveUnreadable(on: socket, now: at(0)).isEmpty)
    #expect(machine.endReason == .serverClose)
  }

  @Test func pongAfterTheTimeoutChangesNothing() {
    var (machine, socket) = Machine.webSocket()
    _ = machine.timerFired(now: at(300))
    _ = machine.timerFired(now: at(500))
    #expect(machine.receive(.pong(""), on: socket, now: at(500)) == .actions([]))
    #expect(!machine.isOpen)
    #expect(machine.nextDeadline == nil)
  }

  @Test func pongThatIsReadBeforeALateTimerCounts() {
    var (machine, socket) = Machine.webSocket()
    _ = machine.timerFired(now: at(300))
    _ = machine.receive(.pong(""), on: socket, now: at(505))
    #expect(machine.timerFired(now: at(506)).isEmpty)
    #expect(machine.nextDeadline == at(805))
  }
}
