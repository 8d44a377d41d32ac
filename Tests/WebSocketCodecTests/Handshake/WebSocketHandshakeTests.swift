// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing
import WebSocketCodec

struct WebSocketHandshakeTests {
  @Test func answersTheKeyOfTheRFC() {
    let accept = WebSocketHandshake.accept(key: "dGhlIHNhbXBsZSBub25jZQ==")
    #expect(accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test(arguments: [
    "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ===",
    "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZQAA", "dGhlIHNhbXBsZSBub25j=Q==",
    "dGhlIHNhbXBsZSBub25j-_==", " dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jé==",
    "========================",
  ])
  func refusesAKeyThatIsNot16BytesInBase64(key: String) {
    #expect(WebSocketHandshake.accept(key: key) == nil)
  }

  @Test func takesAKeyWithSpareBitsSet() {
    #expect(WebSocketHandshake.accept(key: "dGhlIHNhbXBsZSBub25jZR==") != nil)
  }

  @Test func makesKeysThatItAccepts() throws {
    var generator = SplitMix64(state: 3)
    let first = WebSocketHandshake.makeKey(using: &generator)
    let second = WebSocketHandshake.makeKey(using: &generator)
    #expect(first != second)
    #expect(first.utf8.count == 24)
    let accept = try #require(WebSocketHandshake.accept(key: first))
    #expect(WebSocketHandshake.isAccept(accept, for: first))
    #expect(!WebSocketHandshake.isAccept(accept, for: second))
    #expect(!WebSocketHandshake.isAccept(accept.lowercased(), for: first))
    #expect(WebSocketHandshake.makeKey() != WebSocketHandshake.makeKey())
  }
}
