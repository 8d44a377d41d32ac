// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import Eio
@testable import EngineIOClient

struct PlainLineTests {
  private func text(_ report: Report) -> String {
    PlainLine(report, encoding: .hex).text(isColoured: false)
  }

  @Test func messagesAreMarked() {
    #expect(text(.received("hello")) == "< hello")
    #expect(text(.sent("hello", isTyped: false)) == "> hello")
    #expect(text(.received("two\nlines")) == "< two\n  lines")
    #expect(
      text(.received(.binary(ByteBuffer(bytes: [0, 255])))) == "< (2 bytes) 00 ff")
  }

  @Test func messagesDoNotCommandTheTerminal() {
    #expect(text(.received("\u{1b}[2J\r\u{9b}x\ty")) == #"< \u{1b}[2J\u{d}\u{9b}x"# + "\ty")
  }

  @Test func colourIsAroundTheLine() {
    #expect(
      PlainLine(.received("a"), encoding: .hex).text(isColoured: true) == "\u{1b}[32m< a\u{1b}[0m")
  }

  @Test func aWrongPathIsHintedAt() {
    let error = EngineIOClientError(
      .handshake, .refused, transport: .polling, response: .init(status: 404, body: "no"))
    #expect(
      text(.failed(error)) == """
        ! not connected: handshake (polling): refused: status 404, no \
        (is Engine.IO elsewhere on this server? --path says where)
        """)
  }

  @Test(arguments: [
    (Duration.microseconds(1_234), "1.23 ms"), (.microseconds(12_345), "12.3 ms"),
    (.milliseconds(300), "300 ms"), (.seconds(25), "25 s"), (.milliseconds(1_501), "1.5 s"),
    (.seconds(3_600), "3600 s"), (.zero, "0 ms"),
  ])
  func timesAreReadable(time: Duration, text: String) {
    #expect(time.readable == text)
  }
}
