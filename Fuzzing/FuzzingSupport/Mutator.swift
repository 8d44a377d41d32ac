// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Makes new inputs out of old ones.
package struct Mutator {
  package var random: SplitMix64

  /// Pieces that mean something to what is fuzzed.
  let dictionary: [[UInt8]]

  private let maximumLength: Int

  package init(random: SplitMix64, dictionary: [[UInt8]], maximumLength: Int) {
    self.random = random
    self.dictionary = dictionary
    self.maximumLength = maximumLength
  }

  /// A few changes to one input, or to two behind each other.
  package mutating func mutate(_ corpus: Corpus) -> [UInt8] {
    let inputs = below(4) == 0 || corpus.accepted.isEmpty ? corpus.inputs : corpus.accepted
    guard var bytes = inputs.randomElement(using: &random) else { return [] }
    if below(4) == 0, let second = inputs.randomElement(using: &random) {
      bytes = below(2) == 0 ? bytes + second : spliced(bytes, second)
    }
    repeat { change(&bytes) } while below(2) == 0
    return Array(bytes.prefix(maximumLength))
  }

  /// Everything that differs from an input at one place: a byte less, a byte more, or another one.
  package static func neighbours(of input: [UInt8]) -> [[UInt8]] {
    var all: [[UInt8]] = []
    for index in input.indices {
      all.append(Array(input[..<index] + input[(index + 1)...]))
      all.append(Array(input[...index] + input[index...]))
      for byte in "\r\n x\u{0}".unicodeScalars where UInt8(byte.value) != input[index] {
        var changed = input
        changed[index] = UInt8(byte.value)
        all.append(changed)
      }
    }
    return all
  }

  /// Cuts an input into pieces as a network might.
  package mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    let longest = below(2) == 0 ? 3 : 40
    while !rest.isEmpty {
      let length = min(rest.count, 1 + below(longest))
      pieces.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return pieces
  }

  package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  private mutating func spliced(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] {
    Array(one.prefix(below(one.count + 1)) + other.dropFirst(below(other.count + 1)))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let index = below(bytes.count + 1)
    let end = min(bytes.count, index + below(40))
    let isInside = index < bytes.count
    switch below(9) {
    case 0: if isInside { bytes[index] = UInt8(below(256)) }
    case 1: if isInside { bytes[index] ^= 1 << UInt8(below(8)) }
    case 2: bytes.insert(UInt8(below(256)), at: index)
    case 3: if isInside { bytes.remove(at: index) }
    case 4, 5:
      if let word = dictionary.randomElement(using: &random) {
        bytes.insert(contentsOf: word, at: index)
      }
    case 6:
      if let word = dictionary.randomElement(using: &random) {
        bytes.replaceSubrange(index..<min(bytes.count, index + word.count), with: word)
      }
    case 7: bytes.insert(contentsOf: Array(bytes[index..<end]), at: below(bytes.count + 1))
    default: bytes.removeSubrange(index..<end)
    }
  }
}
