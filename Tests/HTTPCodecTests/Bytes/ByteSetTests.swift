// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import HTTPCodec

@Suite struct ByteSetTests {
  static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

  private func expect(_ set: ByteSet, _ members: String) {
    let members = Set(members.utf8)
    for byte in UInt8.min...UInt8.max {
      #expect(set.contains(byte) == members.contains(byte), "\(byte)")
    }
  }

  @Test func token() { expect(.token, Self.alphanumeric + "!#$%&'*+-.^_`|~") }

  @Test func registeredName() { expect(.registeredName, Self.alphanumeric + "-._~!$&'()*+;=") }

  @Test func hexDigits() {
    for byte in UInt8.min...UInt8.max {
      let expected = byte < 128 ? Character(UnicodeScalar(byte)).hexDigitValue : nil
      #expect(byte.hexDigit.map(Int.init) == expected)
    }
  }
}
