// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import WebSocketCodec

struct Base64Tests {
  // The vectors of RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func encodes(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
  }

  @Test func usesTheStandardAlphabet() {
    #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    #expect(Base64.isDigit(UInt8(ascii: "+")))
    #expect(!Base64.isDigit(UInt8(ascii: "-")))
    #expect(!Base64.isDigit(UInt8(ascii: "=")))
  }
}
