// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionGroupTests {
  private static let group: [EngineIOMessage] = ["a", "b"]
  private static let unpollable: [EngineIOMessage] = ["a", "b\u{1e}"]

  @Test func pollTakesAGroupBehindWhatWaited() {
    var machine = Machine.polling()
    _ = machine.send("first")
    #expect(machine.send(contentsOf: Self.group) == .queued(isAboveHighWaterMark: false))
    #expect(machine.queuedMessages == 3)
    #expect(
      machine.poll(now: at(0)).outcome
        == .answer([.message("first"), .message("a"), .message("b")]))
    let poll = machine.park()
    #expect(machine.send(contentsOf: Self.group) == .answerPoll(poll))
    #expect(machine.queuedMessages == 0)
  }

  @Test func groupIsRefusedWhole() {
    var machine = Machine.polling()
    let poll = machine.park()
    #expect(machine.send(contentsOf: Self.unpollable) == .refused(.separatorInText))
    // The poll still waits.
    #expect(machine.send("x") == .answerPoll(poll))
    _ = machine.end(.serverClose, now: at(0))
    #expect(machine.send(contentsOf: Self.group) == .refused(.closed))
  }

  @Test func versionThreeCarriesEveryText() {
    var configuration = Machine.testConfiguration
    configuration.version = .v3
    var machine = Machine.polling(configuration)
    #expect(machine.send(contentsOf: Self.unpollable) == .queued(isAboveHighWaterMark: false))
    _ = machine.poll(now: at(0))
    let poll = machine.park()
    #expect(machine.sendVolatile("b\u{1e}") == .answerPoll(poll))
  }

  @Test func limitIsLookedAtBeforeTheGroup() {
    var configuration = Machine.testConfiguration
    configuration.highWaterMarkPackets = 1
    var machine = Machine.polling(configuration)
    #expect(
      machine.send(contentsOf: Self.group, isDroppable: true)
        == .queued(isAboveHighWaterMark: true))
    #expect(machine.send(contentsOf: Self.group, isDroppable: true) == .refused(.bufferFull))
    #expect(
      machine.send(contentsOf: Self.group) == .queued(isAboveHighWaterMark: true))
    #expect(machine.queuedMessages == 4)
  }

  @Test func beforeTheHandshakeIsAnswered() {
    var machine = Machine(transport: .polling, configuration: Machine.testConfiguration)
    #expect(machine.send(contentsOf: Self.unpollable) == .refused(.separatorInText))
    #expect(machine.send(contentsOf: Self.group) == .queued(isAboveHighWaterMark: false))
    #expect(machine.sendVolatile("x") == nil)
    #expect(
      machine.open(handshake: "{}", now: at(0)).packets
        == [.open("{}"), .message("a"), .message("b")])
  }

  @Test func volatileMessageNeverWaits() {
    var machine = Machine.polling()
    #expect(machine.sendVolatile("x") == nil)
    #expect(machine.queuedPackets == 0)
    let poll = machine.park()
    #expect(machine.sendVolatile("a\u{1e}") == nil)
    #expect(machine.sendVolatile("x") == .answerPoll(poll))
    #expect(machine.sendVolatile("x") == nil)
    _ = machine.acceptProbe()
    #expect(machine.sendVolatile("x") == nil)
    var (upgraded, socket) = Machine.upgraded()
    #expect(upgraded.sendVolatile("a\u{1e}") == .send(on: socket))
    #expect(upgraded.send(contentsOf: Self.unpollable) == .send(on: socket))
  }
}
