// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import EngineIO

@Suite struct Base64Tests {
  // RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func vectors(plain: String, encoded: String) {
    #expect(encode(ByteBuffer(string: plain)) == encoded)
    #expect(decode(encoded) == ByteBuffer(string: plain))
  }

  @Test func everyLengthAndByteRoundTrips() {
    for length in 0..<260 {
      let bytes = ByteBuffer(
        bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) })
      #expect(decode(encode(bytes)) == bytes)
    }
  }

  @Test(arguments: [
    "A", "AA", "AAA", "AAAAA", "AA=", "A===", "====", "=AAA", "A=AA", "AA=A", "AAAA====",
    "AA==AAAA", "AA-_", "AA A", "AAA\n", "AA\u{0}A", "AAé", "QR==", "QUJ=", "Zg==\n",
  ])
  func notCanonical(text: String) {
    #expect(decode(text) == nil)
  }

  @Test func writesAfterWhatIsThere() {
    var output = ByteBuffer(string: "b")
    Base64.encode(ByteBuffer(bytes: [1, 2, 3, 4]), into: &output)
    #expect(output == ByteBuffer(string: "bAQIDBA=="))
  }

  private func encode(_ bytes: ByteBuffer) -> String {
    var output = ByteBuffer()
    Base64.encode(bytes, into: &output)
    return String(buffer: output)
  }

  private func decode(_ text: String) -> ByteBuffer? {
    ByteBuffer(string: text).withUnsafeReadableBytes { Base64.decode($0) }
  }
}
