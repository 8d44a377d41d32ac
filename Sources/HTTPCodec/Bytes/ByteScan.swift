// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// Scans over peer input, sixteen bytes a step.
//
// Every function takes `from <= to <= count` and reads only `self[..<to]`.

extension ByteView {
  /// The first control byte other than a tab in `from..<to`, or `to`.
  @inline(always)
  func firstControl(from: Int, to: Int) -> Int {
    var index = from
    while true {
      index = firstStop(from: index, to: to, ControlBytes.self)
      if index >= to || self[index] != .tab { return index }
      index &+= 1
    }
  }

  /// The first carriage return in `from..<to`, or `to`.
  @inline(always)
  func firstCarriageReturn(from: Int, to: Int) -> Int {
    firstStop(from: from, to: to, CarriageReturns.self)
  }

  /// The first byte in `from..<to` that no token may contain (RFC 9110 section 5.6.2), or `to`.
  @inline(always)
  func firstNonToken(from: Int, to: Int) -> Int {
    var index = from
    while true {
      // Letters and hyphens make up nearly every name; the map decides about the rest.
      index = firstStop(from: index, to: to, NonNameBytes.self)
      if index >= to || !ByteSet.token.contains(self[index]) { return index }
      index &+= 1
    }
  }

  /// The first byte in `from..<to` that ends or splits a request target, or `to`.
  ///
  /// These are SP, controls, DEL, bytes above ASCII, `?`, `#` and `\`.
  @inline(always)
  func firstTargetDelimiter(from: Int, to: Int) -> Int {
    firstStop(from: from, to: to, TargetDelimiters.self)
  }

  /// Whether `range` holds ASCII only.
  @inline(always)
  func isASCII(_ range: Range<Int>) -> Bool {
    firstStop(from: range.lowerBound, to: range.upperBound, NonASCIIBytes.self) == range.upperBound
  }

  /// The first byte in `from..<to` of a class, or `to`.
  @inline(always)
  func firstStop<Class: ByteClass>(from: Int, to: Int, _: Class.Type) -> Int {
    var index = from
    while index &+ 16 <= to {
      let stops = Class.stops(in: load(index, as: SIMD16<UInt8>.self))
      // A true lane is 0xFF and a false one 0, so the first set bit names the lane.
      let halves = unsafeBitCast(stops, to: SIMD2<UInt64>.self)
      let low = UInt64(littleEndian: halves[0])
      if low != 0 { return index &+ low.trailingZeroBitCount &>> 3 }
      let high = UInt64(littleEndian: halves[1])
      if high != 0 { return index &+ 8 &+ high.trailingZeroBitCount &>> 3 }
      index &+= 16
    }
    return firstStopInTail(from: index, to: to, Class.self)
  }

  /// ``firstStop(from:to:_:)`` for fewer than sixteen bytes, out of the way of the usual case.
  @inline(never)
  private func firstStopInTail<Class: ByteClass>(from: Int, to: Int, _: Class.Type) -> Int {
    var index = from
    if index &+ 8 <= to {
      let stops = Class.stops(in: ByteLanes(UInt64(littleEndian: load(index, as: UInt64.self))))
      if stops != 0 { return index &+ stops.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    let rest = to &- index
    if rest <= 0 { return to }
    var word: UInt64 = 0
    if to >= 8 {
      // The word that ends at `to`, with the lanes before `index` shifted out.
      word = UInt64(littleEndian: load(to &- 8, as: UInt64.self))
      word = word &>> UInt64(truncatingIfNeeded: 64 &- 8 &* rest)
    } else {
      for offset in 0..<rest { word |= UInt64(self[index &+ offset]) &<< UInt64(8 &* offset) }
    }
    // Lanes at and after `to` are zero; whether they are marked or not, the answer is `to`.
    let stops = Class.stops(in: ByteLanes(word))
    return stops == 0 ? to : Swift.min(to, index &+ stops.trailingZeroBitCount &>> 3)
  }

  /// Whether the bytes of `range` are `name`, which must be lowercase letters, digits and hyphens.
  ///
  /// The bytes must hold no control: setting bit 5 maps no other byte onto these.
  @inline(always)
  func isToken(_ range: Range<Int>, _ name: StaticString) -> Bool {
    range.count == name.utf8CodeUnitCount && hasTokenBytes(at: range.lowerBound, name)
  }

  /// ``isToken(_:_:)`` for a range whose length is known to be that of `name`.
  @inline(always)
  func hasTokenBytes(at start: Int, _ name: StaticString) -> Bool {
    let count = name.utf8CodeUnitCount
    let expected = UnsafeRawPointer(name.utf8Start)
    if count >= 8 {
      // Two overlapping words a step cover any length without a tail.
      var offset = 0
      while offset < count {
        let at = Swift.min(offset, count &- 8)
        let word = load(start &+ at, as: UInt64.self) | 0x2020_2020_2020_2020
        if word != expected.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
        offset &+= 8
      }
      return true
    }
    if count >= 4 {
      let tail = count &- 4
      let first = load(start, as: UInt32.self) | 0x2020_2020
      let last = load(start &+ tail, as: UInt32.self) | 0x2020_2020
      return first == expected.loadUnaligned(as: UInt32.self)
        && last == expected.loadUnaligned(fromByteOffset: tail, as: UInt32.self)
    }
    for offset in 0..<count {
      let byte = expected.load(fromByteOffset: offset, as: UInt8.self)
      if self[start &+ offset] | 0x20 != byte { return false }
    }
    return true
  }
}
