// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import Eio
@testable import EngineIOClient

struct ExitStatusTests {
  @Test(
    arguments: [
      (.connectionFailed("refused"), 1), (.timeout, 1), (.connectionLost(""), 1), (.cancelled, 1),
      (.refused, 2), (.malformed(""), 2), (.unexpectedPacket(.message), 2), (.invalid(""), 64),
    ] as [(EngineIOClientError.Cause, Int32)])
  func aFailureSaysWhetherTheServerAnswered(cause: EngineIOClientError.Cause, code: Int32) {
    #expect(ExitStatus(EngineIOClientError(.handshake, cause)).code == code)
  }

  @Test(
    arguments: [
      (.clientClose, 0), (.serverClose, 0), (.transportClose, 0), (.transportError, 3),
      (.pingTimeout, 3), (.parseError, 3),
    ] as [(DisconnectReason, Int32)])
  func anEndSaysWhetherItWasMeant(reason: DisconnectReason, code: Int32) {
    #expect(ExitStatus(EngineIOClient.Disconnection(reason: reason, error: nil)).code == code)
  }

  @Test func theRestHasCodesOfItsOwn() {
    #expect(ExitStatus.incomplete.code == 4)
    #expect(ExitStatus.signal(2).code == 130)
    #expect(ExitStatus.signal(15).code == 143)
  }
}
