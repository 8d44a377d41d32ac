// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

@testable import WebSocketCodec

typealias Event = WebSocketStateMachine.Event

extension WebSocketStateMachine {
  /// Feeds `parts` one after the other, keeping what is left of each in front of the next.
  mutating func events(feeding parts: [some Collection<UInt8>]) -> [Event] {
    var events: [Event] = []
    var buffer = ByteBuffer()
    for part in parts {
      buffer.writeBytes(part)
      while let event = next(in: &buffer) { events.append(event) }
    }
    return events
  }

  mutating func events(feeding frames: RawFrame...) -> [Event] {
    events(feeding: frames.map(\.bytes))
  }
}

/// Pieces of random sizes, the same ones for the same generator.
func pieces(
  of bytes: [UInt8], upTo limit: Int, using generator: inout SplitMix64
) -> [ArraySlice<UInt8>] {
  var parts: [ArraySlice<UInt8>] = []
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = Int.random(in: 1...limit, using: &generator)
    parts.append(rest.prefix(count))
    rest = rest.dropFirst(count)
  }
  return parts
}

/// A small generator with a seed, so that a failing case can be run again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
