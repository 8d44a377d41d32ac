// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct SessionPollingTests {
  @Test func queuedPacketsLeaveWithThePollInOrder() {
    var machine = Machine.polling()
    for text in ["1", "2", "3"] { _ = machine.send(.text(text)) }
    let (outcome, actions) = machine.poll(now: at(0))
    #expect(outcome == .answer([.message("1"), .message("2"), .message("3")]))
    #expect(actions.isEmpty)
    #expect(machine.queuedBytes == 0)
  }

  @Test func parkedPollTakesTheNextMessage() {
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(machine.send("a") == .answerPoll(poll))
    #expect(machine.send("b") == .queued(isAboveHighWaterMark: false))
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("b")]))
  }

  @Test func secondPollEndsTheSession() {
    var machine = Machine.polling()
    let first = machine.park()
    let (outcome, actions) = machine.poll(now: at(5))
    #expect(outcome == .refused(.badRequest))
    #expect(
      actions == [.answerPoll(first, [.close]), .ended(.overlappingRequests), .released])
    #expect(machine.poll(now: at(6)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func secondPostEndsTheSession() {
    var machine = Machine.polling()
    let poll = machine.park()
    let first = machine.post()
    let (outcome, actions) = machine.beginPost(now: at(0))
    #expect(outcome == .refused(.badRequest))
    #expect(actions == [.answerPoll(poll, [.close]), .ended(.overlappingRequests), .released])
    // What the first post brings is ignored, and it is told so.
    #expect(machine.receive(.message("a"), in: first, now: at(0)) == .actions([]))
    #expect(machine.endPost(first, now: at(0)).error == .badRequest)
    #expect(machine.beginPost(now: at(0)).outcome == .refused(.sessionIDUnknown))
  }

  @Test func pollAndPostAtOnce() {
    var machine = Machine.polling()
    let poll = machine.park()
    let post = machine.post()
    #expect(machine.receive(.message("a"), in: post, now: at(0)) == .message("a"))
    #expect(machine.send("a") == .answerPoll(poll))
    #expect(machine.endPost(post, now: at(0)).error == nil)
    _ = machine.post()
  }

  @Test func abandonedPollEndsTheSession() {
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(machine.abandonPoll(poll, now: at(0)) == [.ended(.transportError), .released])
  }

  @Test func abandonedPollMayBeForgiven() {
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(machine.abandonPoll(poll, keepsSession: true, now: at(0)).isEmpty)
    _ = machine.send("a")
    #expect(machine.poll(now: at(0)).outcome == .answer([.message("a")]))
  }

  @Test func pollAbandonedAfterItsAnswerDoesNotTouchTheNextOne() {
    var machine = Machine.polling()
    let first = machine.park()
    _ = machine.send("a")
    let second = machine.park()
    #expect(machine.abandonPoll(first, now: at(0)).isEmpty)
    #expect(machine.send("b") == .answerPoll(second))
  }

  @Test func postThatBreaksOffEndsTheSession() {
    var machine = Machine.polling()
    let post = machine.post()
    #expect(
      machine.endPost(post, failure: .transportError, now: at(0)).actions
        == [.ended(.transportError), .released])
  }

  @Test func unreadablePayloadEndsTheSession() {
    var machine = Machine.polling()
    let poll = machine.park()
    let post = machine.post()
    let (error, actions) = machine.endPost(post, failure: .parseError, now: at(0))
    #expect(error == nil)
    #expect(actions == [.answerPoll(poll, [.close]), .ended(.parseError), .released])
    #expect(machine.poll(now: at(0)).outcome == .refused(.sessionIDUnknown))
  }

  @Test(arguments: [Packet.open("{}"), .upgrade, .noop, .pong("")])
  func packetsWithoutMeaningAreIgnored(packet: Packet) {
    var machine = Machine.polling()
    let post = machine.post()
    #expect(machine.receive(packet, in: post, now: at(0)) == .actions([]))
    #expect(machine.isOpen)
  }

  @Test func clientMustNotPing() {
    var machine = Machine.polling()
    let post = machine.post()
    #expect(
      machine.receive(.ping(""), in: post, now: at(0))
        == .actions([.ended(.protocolViolation), .released]))
  }

  @Test func separatorInTextIsRefusedUntilThereIsAWebSocket() {
    let text = EngineIOMessage.text("a\u{1e}b")
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(machine.send(text) == .refused(.separatorInText))
    #expect(machine.send("a") == .answerPoll(poll))
    let socket = machine.acceptProbe()
    #expect(machine.send(text) == .refused(.separatorInText))
    _ = machine.receive(.upgrade, on: socket, now: at(0))
    #expect(machine.send(text) == .send(on: socket))
  }

  @Test func highWaterMarkInPackets() {
    var configuration = Machine.testConfiguration
    configuration.highWaterMarkPackets = 2
    var machine = Machine.polling(configuration)
    #expect(machine.send("a") == .queued(isAboveHighWaterMark: false))
    #expect(machine.send("b", isDroppable: true) == .queued(isAboveHighWaterMark: false))
    #expect(machine.send("c") == .queued(isAboveHighWaterMark: true))
    #expect(machine.send("d", isDroppable: true) == .refused(.bufferFull))
    #expect(
      machine.poll(now: at(0)).outcome == .answer([.message("a"), .message("b"), .message("c")]))
    #expect(!machine.isAboveHighWaterMark)
  }

  @Test func highWaterMarkInBytes() {
    var configuration = Machine.testConfiguration
    configuration.highWaterMarkBytes = 10
    var machine = Machine.polling(configuration)
    let message = EngineIOMessage.binary(ByteBuffer(repeating: 1, count: 9))
    #expect(machine.send(message) == .queued(isAboveHighWaterMark: false))
    #expect(machine.send(message) == .queued(isAboveHighWaterMark: true))
    #expect(machine.queuedBytes == 20)
    #expect(machine.queuedPackets == 2)
  }
}
