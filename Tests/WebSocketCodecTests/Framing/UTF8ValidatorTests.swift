// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import WebSocketCodec

struct UTF8ValidatorTests {
  /// Bytes around every edge of the tables of RFC 3629.
  private static let edges: [UInt8] = [
    0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
    0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
  ]

  /// - Returns: the number of bytes before the text could not be valid any more, nil if never; and
  ///   whether it ended between characters.
  private func validate(_ bytes: [UInt8]) -> (failedAt: Int?, isComplete: Bool) {
    var validator = UTF8Validator()
    for (index, byte) in bytes.enumerated() {
      let isValid = withUnsafeBytes(of: byte) { validator.append($0) }
      if !isValid { return (index, false) }
    }
    return (nil, validator.isComplete)
  }

  private func isValidAtOnce(_ bytes: [UInt8]) -> Bool {
    var validator = UTF8Validator()
    return bytes.withUnsafeBytes { validator.append($0) } && validator.isComplete
  }

  private func expectAgreement(on bytes: [UInt8]) {
    let expected = String(validating: bytes, as: UTF8.self) != nil
    let steps = validate(bytes)
    let inSteps = steps.failedAt == nil && steps.isComplete
    guard isValidAtOnce(bytes) == expected, inSteps == expected else {
      Issue.record("\(bytes) should be \(expected ? "valid" : "invalid")")
      return
    }
  }

  @Test func agreesWithTheStandardLibraryOnAllPairs() {
    for a in UInt8.min ... .max {
      for b in UInt8.min ... .max { expectAgreement(on: [a, b]) }
    }
  }

  @Test func agreesWithTheStandardLibraryAroundEveryEdge() {
    for a in Self.edges where a >= 0xC0 {
      for b in Self.edges {
        for c in Self.edges {
          for d in Self.edges where a >= 0xF0 { expectAgreement(on: [a, b, c, d]) }
          expectAgreement(on: [a, b, c])
        }
      }
    }
  }

  @Test(arguments: [
    ([0x41, 0xC0], 1), ([0xE0, 0x9F], 1), ([0xED, 0xA0], 1), ([0xF0, 0x8F], 1), ([0xF4, 0x90], 1),
    ([0xF5], 0), ([0xE2, 0x82, 0x41], 2), ([0xF1, 0x80, 0x80, 0xC0], 3), ([0x80], 0),
  ])
  func failsAtTheFirstBadByte(bytes: [UInt8], position: Int) {
    #expect(validate(bytes).failedAt == position)
  }

  @Test func anUnfinishedCharacterIsNeitherWrongNorComplete() {
    for bytes: [UInt8] in [[0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x92]] {
      let result = validate(bytes)
      #expect(result.failedAt == nil)
      #expect(!result.isComplete)
    }
  }

  @Test func findsABadByteAnywhereInLongText() {
    let text = Array(String(repeating: "aé€𝄞 plain ascii in between ", count: 5).utf8)
    #expect(isValidAtOnce(text))
    for position in text.indices {
      var broken = text
      broken[position] = 0xFF
      #expect(!isValidAtOnce(broken))
    }
  }

  @Test func staysInvalid() {
    var validator = UTF8Validator()
    #expect(!withUnsafeBytes(of: UInt8(0xFF)) { validator.append($0) })
    #expect(!withUnsafeBytes(of: UInt8(0x41)) { validator.append($0) })
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    let isValid = validator.append(nothing)
    #expect(!isValid)
    #expect(!validator.isComplete)
  }
}
