// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import StaticFiles

@Suite struct EntityTagListTests {
  @Test(arguments: [
    "*", "\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\",\"a\"", "\"b\" ,\t \"a\"", ", ,\"a\",",
    "W/\"b\", W/\"a\"", "\"\", \"a\"", "\"x,y\", \"a\"", "\"a\", nonsense", "\"a\"x\"",
  ])
  func weaklyNames(list: String) {
    #expect(EntityTagList(list).contains("\"a\"", comparison: .weak))
  }

  @Test(arguments: [
    "", ",", "a", "\"", "\"a", "a\"", "\"b\"", "\"A\"", "\"aa\"", "w/\"a\"", "W/", "W/a",
    "W/ \"a\"",
    "\"b\" \"a\"", "\"b\"\"a\"", "nonsense, \"a\"", "\"x,\"a\"", "*, \"b\"", "**", "\"\"a\"\"",
  ])
  func doesNotName(list: String) {
    #expect(!EntityTagList(list).contains("\"a\"", comparison: .weak))
  }

  @Test func weakTagsAreNeverStronglyEqual() {
    #expect(!EntityTagList("W/\"a\"").contains("\"a\"", comparison: .strong))
    #expect(EntityTagList("W/\"a\", \"a\"").contains("\"a\"", comparison: .strong))
    #expect(EntityTagList("*").contains("\"a\"", comparison: .strong))
  }

  @Test func longListsTakeLinearTime() {
    let list = String(repeating: "\"b\", ", count: 100_000) + "\"a\""
    let time = ContinuousClock().measure {
      #expect(EntityTagList(list).contains("\"a\"", comparison: .weak))
    }
    #expect(time < .seconds(5))
  }
}
