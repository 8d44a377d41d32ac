// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import WebSocketCodec

struct WebSocketExtensionTests {
  @Test func parsesListsAndParameters() {
    #expect(
      WebSocketExtension.parse("a, b; c ;\td=1,, e; f=\"two\"") == [
        WebSocketExtension(name: "a"),
        WebSocketExtension(
          name: "b", parameters: [.init(name: "c", value: nil), .init(name: "d", value: "1")]),
        WebSocketExtension(name: "e", parameters: [.init(name: "f", value: "two")]),
      ])
    #expect(WebSocketExtension.parse("") == [])
    #expect(WebSocketExtension.parse(" , ") == [])
  }

  @Test(arguments: [
    "a;", ";", "; b", "a; =1", "a; b=", "a; b c", "a b", "a; b=\"\"", "a; b=\"", "a; b=\"c d\"",
    "a; b=1=2", "ä", "a; b=é",
  ])
  func refusesWhatBreaksTheGrammar(field: String) {
    #expect(WebSocketExtension.parse(field) == nil)
  }

  // Anything quadratic would take many minutes here.
  @Test(.timeLimit(.minutes(1)), arguments: [" ", ",", ";", "a;", "\""])
  func anyFieldTakesLinearTime(unit: String) {
    let parsed = WebSocketExtension.parse(String(repeating: unit, count: 100_000))
    #expect(parsed == nil || parsed == [])
  }
}
