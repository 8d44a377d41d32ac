// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing
import WebSocketCodec

struct WebSocketHandshakeSubprotocolTests {
  private func select(_ offered: [String], _ supported: [String]) -> String? {
    WebSocketHandshake.selectSubprotocol(offered: offered, supported: supported)
  }

  @Test func theClientsPreferenceDecides() {
    #expect(select(["chat, superchat"], ["superchat", "chat"]) == "chat")
    #expect(select(["none, superchat"], ["superchat", "chat"]) == "superchat")
    #expect(select(["none", "superchat\t,chat"], ["superchat", "chat"]) == "superchat")
  }

  @Test func nothingInCommonSelectsNothing() {
    #expect(select([], ["chat"]) == nil)
    #expect(select(["", " , ,"], ["chat"]) == nil)
    #expect(select(["Chat, chatter"], ["chat"]) == nil)
    #expect(select(["chat"], []) == nil)
  }

  // Anything quadratic would take many minutes here.
  @Test(.timeLimit(.minutes(1))) func aFieldFullOfSpacesTakesLinearTime() {
    let spaces = String(repeating: " ", count: 200_000)
    #expect(select([spaces + "chat" + spaces], ["chat"]) == "chat")
    #expect(select([spaces + "," + spaces], ["chat"]) == nil)
  }
}
