// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import NIOCore
import Testing

@testable import Eio

struct InputFormatTests {
  @Test func linesAreText() throws {
    #expect(try InputFormat.text.command("") == .send(""))
    #expect(try InputFormat.text.command(#"{"close":true}"#) == .send(#"{"close":true}"#))
  }

  @Test func linesAreBinary() throws {
    let bytes = ByteBuffer(bytes: [0, 1, 0xff])
    #expect(try InputFormat.binary(.hex).command("00 01fF") == .send(.binary(bytes)))
    #expect(try InputFormat.binary(.base64).command("AAH/") == .send(.binary(bytes)))
    #expect(try InputFormat.binary(.hex).command("") == .send(.binary(ByteBuffer())))
  }

  @Test func linesAreJSON() throws {
    let bytes = ByteBuffer(bytes: [0, 1, 0xff])
    #expect(try InputFormat.json.command(#"{"text":"a\nb"}"#) == .send("a\nb"))
    #expect(try InputFormat.json.command(#"{"binary":"AAH/"}"#) == .send(.binary(bytes)))
    #expect(try InputFormat.json.command(#"{"close":true}"#) == .close)
    #expect(try InputFormat.json.command(#"{"abort":true}"#) == .abort)
  }

  @Test(
    arguments: [
      (.binary(.hex), "0"), (.binary(.hex), "0g"), (.binary(.hex), "０0"),
      (.binary(.base64), "A"), (.json, "hello"), (.json, "{}"), (.json, #"{"close":false}"#),
      (.json, #"{"text":"a","binary":"AAH/"}"#), (.json, #"{"binary":"?"}"#),
      (.json, #"{"text":1}"#),
    ] as [(InputFormat, String)])
  func whatIsNothingOfTheKindIsRefused(format: InputFormat, line: String) {
    #expect(throws: InputError.self) { try format.command(line) }
  }

  @Test(arguments: BinaryEncoding.allCases) func encodingsGoBothWays(encoding: BinaryEncoding) {
    let bytes = ByteBuffer(bytes: 0...255)
    #expect(encoding.decode(encoding.encode(bytes)) == bytes)
  }
}
