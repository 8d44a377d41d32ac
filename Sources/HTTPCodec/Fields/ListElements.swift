// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The elements of a comma-separated list value without the white space around them, RFC 9110
/// section 5.6.1. Empty elements are delivered too; quoted strings are not known here.
struct ListElements: Sequence, IteratorProtocol {
  private let bytes: ByteView
  private var position: Int
  private let end: Int

  init(_ bytes: ByteView, _ value: Range<Int>) {
    self.bytes = bytes
    position = value.lowerBound
    end = value.upperBound
  }

  mutating func next() -> Range<Int>? {
    if position > end { return nil }
    var first = position
    var comma = first
    while comma < end && bytes[comma] != .comma { comma &+= 1 }
    position = comma &+ 1
    while first < comma && bytes[first].isBlank { first &+= 1 }
    var last = comma
    while last > first && bytes[last &- 1].isBlank { last &-= 1 }
    return first..<last
  }
}
