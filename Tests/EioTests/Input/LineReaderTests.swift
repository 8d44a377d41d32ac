// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import Testing

@testable import Eio

struct LineReaderTests {
  private func lines(of bytes: Data) async -> [String] {
    let pipe = Pipe()
    let reader = LineReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    async let written: Void = {
      pipe.fileHandleForWriting.write(bytes)
      try? pipe.fileHandleForWriting.close()
    }()
    var lines: [String] = []
    while let line = await reader.next() { lines.append(line) }
    await written
    #expect(await reader.next() == nil)
    return lines
  }

  @Test func linesComeWithoutTheirEnds() async {
    #expect(await lines(of: Data("one\n\ntwo\r\nä€🙂".utf8)) == ["one", "", "two", "ä€🙂"])
    #expect(await lines(of: Data("one\n".utf8)) == ["one"])
    #expect(await lines(of: Data()) == [])
  }

  @Test func linesMayBeLong() async {
    let long = String(repeating: "x", count: 300_000)
    #expect(await lines(of: Data("\(long)\n\(long)y".utf8)) == [long, long + "y"])
  }

  @Test func whatIsNoUTF8IsRepaired() async {
    #expect(await lines(of: Data([0x61, 0xff, 0x0a])) == ["a\u{fffd}"])
  }
}
