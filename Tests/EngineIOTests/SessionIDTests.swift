// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import EngineIO

@Suite struct SessionIDTests {
  @Test func twentyCharactersOfTheAlphabet() throws {
    for _ in 0..<200 {
      let id = SessionID.random()
      #expect(id.rawValue.utf8.count == 20)
      #expect(SessionID(rawValue: id.rawValue) == id)
      #expect(id.tag == nil)
    }
  }

  @Test func noTwoAreAlike() {
    #expect(Set((0..<10_000).map { _ in SessionID.random() }).count == 10_000)
  }

  /// Every bit of the id changes: 120 of them are random.
  @Test func everyCharacterTakesEveryValue() {
    var seen = [Set<UInt8>](repeating: [], count: 20)
    for _ in 0..<4_000 {
      for (position, byte) in SessionID.random().rawValue.utf8.enumerated() {
        seen[position].insert(byte)
      }
    }
    #expect(seen.allSatisfy { $0.count == 64 })
  }

  @Test func tagComesInFront() throws {
    let id = SessionID.random(tag: "node7")
    #expect(id.rawValue.hasPrefix("node7."))
    #expect(id.tag == "node7")
    #expect(SessionID(rawValue: id.rawValue) == id)
  }

  @Test(arguments: [
    "", "short", "AAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAA+",
    "AAAAAAAAAAAAAAAAAAA=", ".AAAAAAAAAAAAAAAAAAAA", "Node.AAAAAAAAAAAAAAAAAAAA",
    "a.b.AAAAAAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAA", "éAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAA\u{301}", "__proto__",
    "AAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAA", "n1.", "AAAAAAAAAAAAAAAAAAAA.",
    "n1.AAAAAAAAAAAAAAAAAAA",
    String(repeating: "A", count: 65), "n1." + String(repeating: "A", count: 65),
  ])
  func othersAreUnknownWithoutALookup(text: String) {
    #expect(SessionID(rawValue: text) == nil)
  }

  @Test(arguments: [
    "AAAAAAAAAAAAAAAAAAAAA", "123e4567-e89b-12d3-a456-426614174000",
    String(repeating: "A", count: 64), "n1." + String(repeating: "-", count: 64),
    "aaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAA",
  ])
  func applicationsMayHaveLongerOnes(text: String) {
    let id = SessionID(rawValue: text)
    #expect(id?.rawValue == text)
    #expect(id?.tag == (text.contains(".") ? text.split(separator: ".").first : nil))
    #expect(id?.description.contains(text.suffix(20)) == false)
  }

  @Test func descriptionDoesNotGiveTheSecretAway() {
    let id = SessionID.random(tag: "n1")
    #expect(!"\(id)".contains(id.rawValue.suffix(20)))
    #expect("\(id)".hasPrefix("n1."))
  }
}
