// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionHeartbeatTests {
  @Test func pollingHeartbeat() {
    var machine = Machine.polling()
    var now = 0.0
    for _ in 0..<3 {
      #expect(machine.nextDeadline == at(now + 300))
      let poll = machine.park(now: at(now))
      #expect(machine.timerFired(now: at(now + 299.9)).isEmpty)
      #expect(machine.timerFired(now: at(now + 300)) == [.answerPoll(poll, [.ping("")])])
      #expect(machine.nextDeadline == at(now + 500))
      let post = machine.post(now: at(now + 310))
      #expect(machine.receive(.pong(""), in: post, now: at(now + 310)) == .actions([]))
      #expect(machine.endPost(post, now: at(now + 310)).error == nil)
      now += 310
    }
    #expect(machine.isOpen)
  }

  @Test func webSocketHeartbeat() {
    var (machine, socket) = Machine.webSocket()
    #expect(machine.timerFired(now: at(300)) == [.send([.ping("")], on: socket)])
    #expect(machine.receive(.pong(""), on: socket, now: at(350)) == .actions([]))
    #expect(machine.nextDeadline == at(650))
    #expect(machine.timerFired(now: at(650)) == [.send([.ping("")], on: socket)])
    #expect(
      machine.timerFired(now: at(850))
        == [.closeSocket(socket, .timeout), .ended(.pingTimeout), .released])
    #expect(machine.nextDeadline == nil)
  }

  @Test func pingWaitsForAPoll() {
    var machine = Machine.polling()
    #expect(machine.timerFired(now: at(300)).isEmpty)
    #expect(machine.poll(now: at(310)).outcome == .answer([.ping("")]))
  }

  @Test func pollWhosePingIsDueIsAnsweredBeforeAnotherOneOverlaps() {
    var machine = Machine.polling()
    let first = machine.park(now: at(0))
    let (outcome, actions) = machine.poll(now: at(300))
    #expect(actions == [.answerPoll(first, [.ping("")])])
    guard case .parked(let second) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(machine.send("a") == .answerPoll(second))
  }

  @Test func timeoutOnPollingEndsTheSessionToTheMillisecond() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300.9))
    #expect(machine.nextDeadline == at(500))
    #expect(machine.timerFired(now: at(499.9)).isEmpty)
    #expect(machine.timerFired(now: at(500)) == [.ended(.pingTimeout), .released])
    #expect(machine.poll(now: at(501)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func parkedPollIsAnsweredAtTheTimeout() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    #expect(machine.poll(now: at(301)).outcome == .answer([.ping("")]))
    let poll = machine.park(now: at(302))
    #expect(
      machine.timerFired(now: at(500))
        == [.answerPoll(poll, [.close]), .ended(.pingTimeout), .released])
  }

  @Test func pollAfterTheDeadlineDoesNotDependOnTheTimer() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    let (outcome, actions) = machine.poll(now: at(500))
    #expect(outcome == .refused(.sessionIDUnknown))
    #expect(actions == [.ended(.pingTimeout), .released])
  }

  @Test func veryLateTimerLeavesTheClientItsTime() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(450))
    #expect(machine.nextDeadline == at(650))
  }

  @Test func unaskedPongsDoNotPostponeThePing() {
    var (machine, socket) = Machine.webSocket()
    for time in stride(from: 0.0, to: 300, by: 50) {
      #expect(machine.receive(.pong(""), on: socket, now: at(time)) == .actions([]))
    }
    #expect(machine.nextDeadline == at(300))
  }

  @Test func pongBeforeItsPingWasFetchedDoesNotCount() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    let post = machine.post(now: at(310))
    #expect(machine.receive(.pong(""), in: post, now: at(310)) == .actions([]))
    #expect(machine.endPost(post, now: at(310)).error == nil)
    #expect(machine.nextDeadline == at(500))
    #expect(machine.poll(now: at(320)).outcome == .answer([.ping("")]))
    let later = machine.post(now: at(330))
    _ = machine.receive(.pong(""), in: later, now: at(330))
    #expect(machine.nextDeadline == at(630))
  }

  @Test func clientThatPostsPongsAndNeverPollsIsGoneInTime() {
    var machine = Machine.polling()
    for time in stride(from: 0.0, to: 500, by: 50) {
      _ = machine.timerFired(now: at(time))
      let post = machine.post(now: at(time))
      _ = machine.receive(.pong(""), in: post, now: at(time))
      _ = machine.endPost(post, now: at(time))
      #expect(machine.queuedPackets <= 1)
    }
    #expect(machine.timerFired(now: at(500)) == [.ended(.pingTimeout), .released])
  }

  @Test func messagesDoNotReplaceAPong() {
    var (machine, socket) = Machine.webSocket()
    _ = machine.timerFired(now: at(300))
    #expect(machine.receive(.message("a"), on: socket, now: at(400)) == .message("a"))
    #expect(machine.nextDeadline == at(500))
  }

  @Test func outstandingPingKeepsItsTimeoutAcrossAnUpgrade() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    #expect(machine.poll(now: at(301)).outcome == .answer([.ping("")]))
    let socket = machine.acceptProbe(now: at(310))
    _ = machine.receive(.upgrade, on: socket, now: at(320))
    #expect(machine.nextDeadline == at(500))
    #expect(
      machine.timerFired(now: at(500))
        == [.closeSocket(socket, .timeout), .ended(.pingTimeout), .released])
  }

  @Test func blockedReaderPutsTheTimeoutOff() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    machine.readerBlocked()
    #expect(machine.nextDeadline == at(1000))
    #expect(machine.timerFired(now: at(999)).isEmpty)
    machine.readerUnblocked(now: at(999))
    #expect(machine.nextDeadline == at(1199))
    #expect(machine.timerFired(now: at(1199)) == [.ended(.pingTimeout), .released])
  }

  @Test func blockedReaderDoesNotKeepASessionForEver() {
    var machine = Machine.polling()
    _ = machine.timerFired(now: at(300))
    machine.readerBlocked()
    #expect(machine.timerFired(now: at(1000)) == [.ended(.pingTimeout), .released])
  }

  @Test func blockedReaderDoesNotShortenTheTimeout() {
    var (machine, _) = Machine.webSocket()
    machine.readerBlocked()
    _ = machine.timerFired(now: at(300))
    machine.readerUnblocked(now: at(250))
    #expect(machine.nextDeadline == at(500))
  }
}
