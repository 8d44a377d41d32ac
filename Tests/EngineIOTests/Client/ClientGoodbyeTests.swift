// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

struct ClientGoodbyeTests {
  /// python-engineio's threaded server answers so.
  @Test func aPollAnsweredWithNothingAfterTheGoodbyeIsNoError() throws {
    let now = ContinuousClock.now
    var configuration = ClientStateMachine.Configuration()
    configuration.transports = [.polling]
    var machine = ClientStateMachine(configuration: configuration)
    guard case .poll(let handshake) = machine.connect(now: now).first else {
      return #expect(Bool(false), "no handshake")
    }
    let open = Handshake(
      sid: "a", upgrades: [], pingInterval: .seconds(25), pingTimeout: .seconds(20),
      maxPayload: 1_000)
    let opened = machine.pollAnswered(handshake, ByteBuffer(string: "0" + open.json), now: now)
    guard case .poll(let poll) = opened.last,
      case .post(let post, [.close]) = machine.disconnect(now: now).last
    else { return #expect(Bool(false), "no poll and no goodbye") }

    #expect(machine.pollAnswered(poll, ByteBuffer(), now: now) == [])
    #expect(machine.postAnswered(post, now: now) == [.ended(.clientClose, nil)])
  }
}
