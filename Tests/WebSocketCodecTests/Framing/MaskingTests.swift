// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import WebSocketCodec

struct MaskingTests {
  private let key: [UInt8] = [0x12, 0x80, 0xFF, 0x00]
  private let mask: UInt32 = 0x00FF_8012

  @Test func agreesWithTheDefinitionAtEveryLengthAndAlignment() {
    var generator = SplitMix64(state: 1)
    for count in 0...200 {
      let source = generator.bytes(count + 8)
      for alignment in 0..<8 {
        let input = Array(source[alignment..<alignment + count])
        let expected = input.enumerated().map { $1 ^ key[$0 % 4] }
        var output = [UInt8](repeating: 0xAA, count: count + 8)
        source.withUnsafeBytes { from in
          output.withUnsafeMutableBytes { to in
            _ = Masking.apply(
              mask, from: from.baseAddress! + alignment, to: to.baseAddress! + (7 - alignment),
              count: count)
          }
        }
        let start = 7 - alignment
        #expect(Array(output[start..<start + count]) == expected)
        #expect(output[..<start].allSatisfy { $0 == 0xAA })
        #expect(output[(start + count)...].allSatisfy { $0 == 0xAA })
      }
    }
  }

  @Test func worksInPlace() {
    var generator = SplitMix64(state: 2)
    for count in [1, 7, 8, 63, 64, 65, 127, 128, 1000] {
      var bytes = generator.bytes(count)
      let expected = bytes.enumerated().map { $1 ^ key[$0 % 4] }
      bytes.withUnsafeMutableBytes {
        _ = Masking.apply(mask, from: $0.baseAddress!, to: $0.baseAddress!, count: count)
      }
      #expect(bytes == expected)
    }
  }

  @Test func seesTheOneByteThatIsNotASCII() {
    for count in 1...200 {
      for position in 0..<count {
        var bytes = [UInt8](repeating: 0x41, count: count)
        #expect(isASCII(bytes))
        bytes[position] = 0x80
        #expect(!isASCII(bytes))
      }
    }
  }

  private func isASCII(_ bytes: [UInt8]) -> Bool {
    var output = bytes
    return bytes.withUnsafeBytes { from in
      output.withUnsafeMutableBytes { to in
        Masking.apply(0, from: from.baseAddress!, to: to.baseAddress!, count: bytes.count)
      }
    }
  }

  @Test func advancingTurnsTheKey() {
    #expect(Masking.advance(0x4433_2211, by: 0) == 0x4433_2211)
    #expect(Masking.advance(0x4433_2211, by: 1) == 0x1144_3322)
    #expect(Masking.advance(0x4433_2211, by: 6) == 0x2211_4433)
    #expect(Masking.advance(0x4433_2211, by: 1027) == 0x3322_1144)
  }
}
