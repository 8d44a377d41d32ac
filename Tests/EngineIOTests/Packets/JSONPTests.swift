// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct JSONPTests {
  @Test(arguments: [
    ("", #"___eio[7]("");"#), ("4a", #"___eio[7]("4a");"#),
    ("4\"\\\n\u{1e}4é", #"___eio[7]("4\"\\\n\u001e4é");"#),
    ("4\u{2028}\u{2029}", #"___eio[7]("4\u2028\u2029");"#),
  ])
  func scripts(payload: String, script: String) {
    #expect(String(buffer: JSONP.script(ByteBuffer(string: payload), index: 7)) == script)
  }

  @Test(
    arguments: [
      ("d=4a", "4a"), ("d=", ""), ("x=1&d=4a&d=4b", "4a"), ("d=4a+b%20c", "4a b c"),
      ("&&d=4a&", "4a"), ("x&d=4a", "4a"), ("x&d=&d=4a", ""),
      ("d=4%C3%A9%1e4b", "4é\u{1e}4b"), ("d=4a=b", "4a=b"), ("d=bAQ%3D%3D", "bAQ=="),
      // A line feed, then a backslash and an n, then more backslashes before it, then none after.
      ("d=4a%5Cnb", "4a\nb"), (#"d=4a\\nb"#, #"4a\nb"#), (#"d=4a\\\nb"#, #"4a\\nb"#),
      (#"d=4\\a\tb\"#, #"4\\a\tb\"#), (#"d=4\n\n\\n"#, "4\n\n\\n"),
      ("", nil), ("4a", nil), ("dd=4a", nil), ("D=4a", nil), ("d", nil), ("d=%", nil),
      ("&", nil), ("x&d", nil), ("d&=4a", nil),
      ("d=%4", nil),
      ("d=%zz", nil),
    ] as [(String, String?)])
  func forms(form: String, payload: String?) {
    #expect(JSONP.payload(inForm: ByteBuffer(string: form)).map { String(buffer: $0) } == payload)
  }

  /// What is not UTF-8 stays so, for the payload decoder to refuse.
  @Test func bytesAreNotRepaired() {
    #expect(
      JSONP.payload(inForm: ByteBuffer(string: "d=%ff%80")) == ByteBuffer(bytes: [0xff, 0x80]))
  }

  /// What the client makes of a text, and the form of it, comes back.
  @Test func roundTrip() {
    var generator = TestRandom(seed: 5)
    for _ in 0..<500 {
      let text = String(
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          "\\\\n\na+% &=".randomElement(using: &generator) ?? "n"
        })
      // As engine.io-client 3 does: /\\n/g becomes \\n, then line feeds become \n.
      var escaped = ""
      var backslashes = 0
      for character in text {
        if character == "n" && backslashes > 0 { escaped += "\\" }
        backslashes = character == "\\" ? backslashes + 1 : 0
        escaped += character == "\n" ? "\\n" : String(character)
      }
      let form = escaped.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let payload = JSONP.payload(inForm: ByteBuffer(string: "d=" + form))
      // A backslash before a line feed reads as one that the text had before an n.
      guard !text.contains("\\\n") else { continue }
      #expect(payload.map { String(buffer: $0) } == text)
    }
  }
}
