// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The place of one `field-name ":" OWS field-value OWS CRLF`, as offsets into the scanned bytes.
struct FieldLine {
  var name: Range<Int>
  /// Without the white space around it.
  var value: Range<Int>
  /// The first byte after the line end.
  var end: Int

  /// Reads and validates the line at `start`, nil when it is not complete before `limit`.
  ///
  /// RFC 9112 section 5 and RFC 9110 sections 5.1 and 5.5, without the tolerance they allow: no bare
  /// CR or LF, no line folding, no white space before the colon.
  @inline(always)
  static func scan(
    _ bytes: ByteView, from start: Int, to limit: Int
  ) throws(HTTPParseError) -> FieldLine? {
    let colon = bytes.firstNonToken(from: start, to: limit)
    if colon == limit { return nil }
    guard bytes[colon] == .colon, colon > start else {
      throw nameError(bytes[colon], isFirst: colon == start)
    }
    var first = colon &+ 1
    while first < limit && bytes[first].isBlank { first &+= 1 }
    let stop = bytes.firstControl(from: first, to: limit)
    if stop == limit { return nil }
    guard try isLineEnd(bytes, at: stop, to: limit) else { return nil }
    var last = stop
    while last > first && bytes[last &- 1].isBlank { last &-= 1 }
    return FieldLine(
      name: Range(uncheckedBounds: (start, colon)), value: Range(uncheckedBounds: (first, last)),
      end: stop &+ 2)
  }

  /// Finds the line at `start` of bytes that ``scan(_:from:to:)`` has accepted before.
  @inline(always)
  static func rescan(_ bytes: ByteView, from start: Int) -> FieldLine {
    let colon = bytes.firstNonToken(from: start, to: bytes.count)
    var first = Swift.min(colon &+ 1, bytes.count)
    let stop = bytes.firstCarriageReturn(from: first, to: bytes.count)
    while first < stop && bytes[first].isBlank { first &+= 1 }
    var last = stop
    while last > first && bytes[last &- 1].isBlank { last &-= 1 }
    return FieldLine(
      name: Range(uncheckedBounds: (start, colon)), value: Range(uncheckedBounds: (first, last)),
      end: stop &+ 2)
  }

  /// Whether CRLF stands at `index`; false when the LF has not arrived. Any other control throws.
  @inline(always)
  static func isLineEnd(
    _ bytes: ByteView, at index: Int, to limit: Int
  ) throws(HTTPParseError) -> Bool {
    guard bytes[index] == .carriageReturn else { throw controlError(bytes[index]) }
    if index &+ 1 >= limit { return false }
    guard bytes[index &+ 1] == .lineFeed else {
      throw .badRequest("A carriage return is not followed by a line feed.")
    }
    return true
  }

  @inline(never)
  private static func controlError(_ byte: UInt8) -> HTTPParseError {
    byte == .lineFeed
      ? .badRequest("A line ends with a bare line feed.")
      : .badRequest("A field value contains a control byte.")
  }

  @inline(never)
  private static func nameError(_ byte: UInt8, isFirst: Bool) -> HTTPParseError {
    switch byte {
    case .colon: .badRequest("A field name is empty.")
    case .space, .tab:
      isFirst
        ? .badRequest("A field line is folded.")
        : .badRequest("White space stands between a field name and its colon.")
    case .lineFeed where isFirst: .badRequest("A line ends with a bare line feed.")
    case .carriageReturn, .lineFeed: .badRequest("A field line has no colon.")
    default: .badRequest("A field name contains an invalid byte.")
    }
  }
}
