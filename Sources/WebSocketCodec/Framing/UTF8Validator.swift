// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Incremental UTF-8 validation (RFC 3629), so that a text message fails at its first bad byte even
/// inside an unfinished frame (RFC 6455 section 8.1).
///
/// A table-driven automaton whose states are bit offsets: each byte selects a 64-bit row, and the row
/// shifted by the state has the next state in its low six bits. One load, one shift per byte and no
/// branch on the text, so scripts that mix lengths cost what uniform ones do.
struct UTF8Validator {
  private var state = UTF8Validator.accept
  /// Whether all bytes so far are ASCII.
  private(set) var isASCII = true

  /// True between characters: where a message may end.
  var isComplete: Bool { state & 63 == UTF8Validator.accept }

  /// Takes the next bytes of the text.
  ///
  /// - Returns: false once the text cannot be valid any more, whatever follows; stays false.
  mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return state & 63 != UTF8Validator.reject }
    let count = bytes.count
    var state = self.state
    var seen: UInt64 = 0
    UTF8Validator.rows.withUnsafeBufferPointer { rows in
      var offset = 0
      while offset &+ 16 <= count {
        let words =
          base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          | base.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
        if state & 63 == UTF8Validator.accept, words & 0x8080_8080_8080_8080 == 0 {
          offset &+= 16
          continue
        }
        seen |= words
        for index in 0..<16 {
          let byte = base.load(fromByteOffset: offset &+ index, as: UInt8.self)
          state = rows[Int(byte)] &>> (state & 63)
        }
        if state & 63 == UTF8Validator.reject { return }
        offset &+= 16
      }
      while offset < count {
        let byte = base.load(fromByteOffset: offset, as: UInt8.self)
        state = rows[Int(byte)] &>> (state & 63)
        seen |= UInt64(byte)
        offset &+= 1
      }
    }
    self.state = state & 63
    isASCII = isASCII && seen & 0x8080_8080_8080_8080 == 0
    return self.state != UTF8Validator.reject
  }
}

// MARK: - The table

extension UTF8Validator {
  private static let accept: UInt64 = 0
  private static let reject: UInt64 = 6
  /// One, two or three continuation bytes are due.
  private static let one: UInt64 = 12
  private static let two: UInt64 = 18
  private static let three: UInt64 = 24
  /// After these lead bytes the next one has a narrower range: no overlong forms, no surrogates,
  /// nothing above U+10FFFF.
  private static let afterE0: UInt64 = 30
  private static let afterED: UInt64 = 36
  private static let afterF0: UInt64 = 42
  private static let afterF4: UInt64 = 48

  private static let rows: [UInt64] = (0...255).map { (byte: UInt8) in
    [accept, reject, one, two, three, afterE0, afterED, afterF0, afterF4]
      .reduce(0) { row, state in row | next(state, byte) << state }
  }

  private static func next(_ state: UInt64, _ byte: UInt8) -> UInt64 {
    switch (state, byte) {
    case (accept, 0x00...0x7F): accept
    case (accept, 0xC2...0xDF): one
    case (accept, 0xE0): afterE0
    case (accept, 0xED): afterED
    case (accept, 0xE1...0xEF): two
    case (accept, 0xF0): afterF0
    case (accept, 0xF1...0xF3): three
    case (accept, 0xF4): afterF4
    case (one, 0x80...0xBF): accept
    case (two, 0x80...0xBF): one
    case (three, 0x80...0xBF): two
    case (afterE0, 0xA0...0xBF): one
    case (afterED, 0x80...0x9F): one
    case (afterF0, 0x90...0xBF): two
    case (afterF4, 0x80...0x8F): two
    default: reject
    }
  }
}
