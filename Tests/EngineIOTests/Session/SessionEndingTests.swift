// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionEndingTests {
  @Test func clientClosesWithAPollParked() {
    var machine = Machine.polling()
    let poll = machine.park()
    let post = machine.post()
    #expect(
      machine.receive(.close, in: post, now: at(0))
        == .actions([.answerPoll(poll, [.noop]), .ended(.clientClose), .released]))
    #expect(machine.receive(.message("late"), in: post, now: at(0)) == .actions([]))
    #expect(machine.endPost(post, now: at(0)).error == nil)
    #expect(machine.poll(now: at(0)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func pollThatCrossedTheClientsCloseGetsOneNoop() {
    var machine = Machine.polling()
    _ = machine.send("unread")
    let post = machine.post()
    #expect(machine.receive(.close, in: post, now: at(0)) == .actions([.ended(.clientClose)]))
    let (outcome, actions) = machine.poll(now: at(1))
    #expect(outcome == .answer([.noop]))
    #expect(actions == [.released])
    #expect(machine.poll(now: at(2)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func farewellIsBounded() {
    var machine = Machine.polling()
    let post = machine.post()
    _ = machine.receive(.close, in: post, now: at(0))
    #expect(machine.nextDeadline == at(1000))
    #expect(machine.beginPost(now: at(1)).outcome == .refused(.sessionIDUnknown))
    #expect(machine.socketRefusal == .sessionIDUnknown)
    let (outcome, actions) = machine.poll(now: at(1000))
    #expect(outcome == .refused(.sessionIDUnknown))
    #expect(actions == [.released])
  }

  @Test func clientClosesItsWebSocketSession() {
    var (machine, socket) = Machine.webSocket()
    #expect(
      machine.receive(.close, on: socket, now: at(0))
        == .actions([.closeSocket(socket, .sessionEnded), .ended(.clientClose), .released]))
    #expect(machine.socketClosed(socket, .transportClose, now: at(0)).isEmpty)
    #expect(machine.endReason == .clientClose)
  }

  @Test func serverClosesWithAPollParked() {
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(
      machine.end(.serverClose, now: at(0))
        == [.answerPoll(poll, [.close]), .ended(.serverClose), .released])
  }

  @Test func serverClosesWithPacketsWaiting() {
    var machine = Machine.polling()
    _ = machine.send("a")
    _ = machine.send("b")
    #expect(machine.end(.serverClose, now: at(0)) == [.ended(.serverClose)])
    #expect(machine.send("late") == .refused(.closed))
    #expect(machine.end(.serverClose, now: at(0)).isEmpty)
    let (outcome, actions) = machine.poll(now: at(5))
    #expect(outcome == .answer([.message("a"), .message("b"), .close]))
    #expect(actions == [.released])
    #expect(machine.poll(now: at(6)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func postWhileTheServerWaitsForTheLastPoll() {
    var machine = Machine.polling()
    _ = machine.send("a")
    _ = machine.end(.serverClose, now: at(0))
    let post = machine.post()
    #expect(machine.receive(.message("x"), in: post, now: at(0)) == .actions([]))
    #expect(machine.endPost(post, now: at(0)).error == nil)
    #expect(machine.poll(now: at(5)).outcome == .answer([.message("a"), .close]))
  }

  @Test func clientClosesWhileTheServerWaitsForTheLastPoll() {
    var machine = Machine.polling()
    _ = machine.end(.serverClose, now: at(0))
    let post = machine.post()
    #expect(machine.receive(.close, in: post, now: at(0)) == .actions([.released]))
    #expect(machine.endReason == .serverClose)
  }

  @Test func leftoversAreForgottenInTime() {
    var machine = Machine.polling()
    _ = machine.send("a")
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.nextDeadline == at(30_000))
    #expect(machine.timerFired(now: at(29_999)).isEmpty)
    #expect(machine.timerFired(now: at(30_000)) == [.released])
    #expect(machine.queuedPackets == 0)
    #expect(machine.nextDeadline == nil)
  }

  @Test func shutdownDropsLeftovers() {
    var machine = Machine.polling()
    _ = machine.send("a")
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.end(.serverShutdown, now: at(1)) == [.released])
    #expect(machine.endReason == .serverClose)
    #expect(machine.poll(now: at(2)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func serverClosesAWebSocketSession() {
    var (machine, socket) = Machine.webSocket()
    #expect(
      machine.end(.serverClose, now: at(0))
        == [.closeSocket(socket, .sessionEnded), .ended(.serverClose), .released])
  }

  @Test(arguments: DisconnectReason.allCases)
  func everyReasonEndsOnceAndAnswersTheParkedPoll(reason: DisconnectReason) {
    var machine = Machine.polling()
    let poll = machine.park()
    let packet = reason == .clientClose ? Packet.noop : .close
    #expect(
      machine.end(reason, now: at(0))
        == [.answerPoll(poll, [packet]), .ended(reason), .released])
    for other in DisconnectReason.allCases { #expect(machine.end(other, now: at(0)).isEmpty) }
    #expect(machine.endReason == reason)
  }

  @Test(arguments: DisconnectReason.allCases)
  func everyReasonEndsAWebSocketOnce(reason: DisconnectReason) {
    var (machine, socket) = Machine.upgraded()
    #expect(
      machine.end(reason, now: at(0)) == [
        .closeSocket(socket, .init(reason)), .ended(reason), .released,
      ])
    #expect(machine.socketClosed(socket, .transportClose, now: at(0)).isEmpty)
    #expect(machine.receive(.close, on: socket, now: at(0)) == .actions([]))
    #expect(machine.timerFired(now: at(100_000)).isEmpty)
  }

  @Test(arguments: [DisconnectReason.transportClose, .transportError, .payloadTooLarge])
  func lostWebSocketEndsItsSession(reason: DisconnectReason) {
    var (machine, socket) = Machine.webSocket()
    #expect(machine.socketClosed(socket, reason, now: at(0)) == [.ended(reason), .released])
  }

  @Test func unreadableFrameEndsTheSession() {
    var (machine, socket) = Machine.webSocket()
    #expect(
      machine.receiveUnreadable(on: socket, now: at(0))
        == [.closeSocket(socket, .protocolError), .ended(.parseError), .released])
  }
}
