// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// Scans over peer input, eight bytes a step.
//
// Every function takes `from <= to <= bytes.count` and reads only `bytes[..<to]`: a word is loaded
// only where eight bytes lie before `to`.

extension UnsafeRawBufferPointer {
  /// The first control byte other than a tab in `from..<to`, or `to`.
  @inline(__always)
  func firstControl(from: Int, to: Int) -> Int {
    var index = from
    while true {
      index = firstStop(from: index, to: to) { $0.controls }
      if index >= to || self[index] != .tab { return index }
      index &+= 1
    }
  }

  /// The first carriage return in `from..<to`, or `to`.
  @inline(__always)
  func firstCarriageReturn(from: Int, to: Int) -> Int {
    firstStop(from: from, to: to) { $0.lanes(equalTo: .carriageReturn) }
  }

  /// The first byte in `from..<to` that no token may contain (RFC 9110 section 5.6.2), or `to`.
  @inline(__always)
  func firstNonToken(from: Int, to: Int) -> Int {
    var index = from
    while true {
      // Letters and hyphens make up nearly every name; the map decides about the rest.
      index = firstStop(from: index, to: to) { $0.lanesWithoutLettersAndHyphens }
      if index >= to || !ByteSet.token.contains(self[index]) { return index }
      index &+= 1
    }
  }

  /// The first byte in `from..<to` that ends or splits a request target, or `to`.
  ///
  /// These are SP, controls, DEL, bytes above ASCII, `?`, `#` and `\`.
  @inline(__always)
  func firstTargetDelimiter(from: Int, to: Int) -> Int {
    firstStop(from: from, to: to) { $0.targetDelimiters }
  }

  /// The first byte in `from..<to` whose lane `mask` marks with its high bit, or `to`.
  ///
  /// Only the lowest marked lane has to be right.
  @inline(__always)
  private func firstStop(from: Int, to: Int, mask: (ByteLanes) -> UInt64) -> Int {
    var index = from
    while index &+ 8 <= to {
      let word = loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let stops = mask(ByteLanes(UInt64(littleEndian: word)))
      if stops != 0 { return index &+ stops.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    let rest = to &- index
    if rest <= 0 { return to }
    var word: UInt64 = 0
    if to >= 8 {
      // The word that ends at `to`, with the lanes before `index` shifted out.
      word = UInt64(littleEndian: loadUnaligned(fromByteOffset: to &- 8, as: UInt64.self))
      word = word &>> UInt64(truncatingIfNeeded: 64 &- 8 &* rest)
    } else {
      for offset in 0..<rest { word |= UInt64(self[index &+ offset]) &<< UInt64(8 &* offset) }
    }
    // Lanes at and after `to` are zero; whether they are marked or not, the answer is `to`.
    let stops = mask(ByteLanes(word))
    return stops == 0 ? to : Swift.min(to, index &+ stops.trailingZeroBitCount &>> 3)
  }

  /// Whether the bytes of `range` are `name`, which must be lowercase letters, digits and hyphens.
  ///
  /// The bytes must hold no control: setting bit 5 maps no other byte onto these.
  @inline(__always)
  func isToken(_ range: Range<Int>, _ name: StaticString) -> Bool {
    range.count == name.utf8CodeUnitCount && hasTokenBytes(at: range.lowerBound, name)
  }

  /// ``isToken(_:_:)`` for a range whose length is known to be that of `name`.
  @inline(__always)
  func hasTokenBytes(at start: Int, _ name: StaticString) -> Bool {
    let count = name.utf8CodeUnitCount
    let expected = UnsafeRawPointer(name.utf8Start)
    if count >= 8 {
      // Two overlapping words a step cover any length without a tail.
      var offset = 0
      while offset < count {
        let at = Swift.min(offset, count &- 8)
        let word =
          loadUnaligned(fromByteOffset: start &+ at, as: UInt64.self) | 0x2020_2020_2020_2020
        if word != expected.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
        offset &+= 8
      }
      return true
    }
    for offset in 0..<count {
      let byte = expected.load(fromByteOffset: offset, as: UInt8.self)
      if self[start &+ offset] | 0x20 != byte { return false }
    }
    return true
  }
}
