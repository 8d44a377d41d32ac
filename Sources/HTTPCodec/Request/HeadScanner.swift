// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Reads one request head, line by line, and can stop and go on at any byte.
///
/// All offsets count from the first byte of the head, so that the buffer may move in between. A
/// line is parsed when it seems complete; until then each byte is looked at once, for a line end.
struct HeadScanner: Sendable {
  /// A longer method is answered with 501 at once; the longest registered one has 17 bytes.
  static let maximumMethodLength = 32

  var index = HeadIndex()
  /// The first byte of the line that is not parsed yet.
  private var lineStart = 0
  /// If above ``lineStart``: nothing before this can end the line or make it invalid.
  private var searched = 0
  private var hasRequestLine = false
  var semantics = FieldSemantics()

  /// Goes on with the head that begins at the first of `bytes`.
  ///
  /// - Returns: The length of the head once it is complete and ``index`` is filled in, else nil.
  @inline(always)
  mutating func scan(
    _ bytes: ByteView, limits: RequestParser.Limits
  ) throws(HTTPParseError) -> Int? {
    let end = Swift.min(bytes.count, limits.headBytes)
    if searched > lineStart && isLinePending(bytes, to: end, limits: limits) { return nil }
    if let length = try scanLines(bytes, to: end, limits: limits) { return length }
    if bytes.count >= limits.headBytes { throw .headTooLarge }
    prepareToResume(bytes, to: end)
    return nil
  }

  /// Whether the line that was incomplete at the last call still is, by looking at new bytes only.
  private mutating func isLinePending(
    _ bytes: ByteView, to end: Int, limits: RequestParser.Limits
  ) -> Bool {
    if hasRequestLine {
      searched = bytes.firstControl(from: searched, to: end)
      return searched == end && bytes.count < limits.headBytes
    }
    searched = bytes.firstTargetDelimiter(from: searched, to: end)
    while searched < end && bytes[searched] == .questionMark {
      searched = bytes.firstTargetDelimiter(from: searched + 1, to: end)
    }
    let target = searched - Int(index.methodLength) - 1
    return searched == end && target <= limits.targetBytes && bytes.count < limits.headBytes
  }

  /// Finds from where on the bytes of the incomplete line need not be parsed again, until one comes
  /// that ends the line or makes it invalid: from the target, or from the field value.
  private mutating func prepareToResume(_ bytes: ByteView, to end: Int) {
    if !hasRequestLine {
      if index.methodLength > 0 { searched = Swift.max(searched, Int(index.methodLength) + 1) }
    } else if searched <= lineStart {
      let colon = bytes.firstNonToken(from: lineStart, to: end)
      if colon < end && bytes[colon] == .colon { searched = colon + 1 }
    }
  }

  @inline(always)
  private mutating func scanLines(
    _ bytes: ByteView, to end: Int, limits: RequestParser.Limits
  ) throws(HTTPParseError) -> Int? {
    if !hasRequestLine {
      guard
        let next = try index.scanRequestLine(bytes, to: end, targetLimit: limits.targetBytes)
      else { return nil }
      index.fieldsStart = UInt32(truncatingIfNeeded: next)
      lineStart = next
      hasRequestLine = true
    }
    while lineStart < end {
      if bytes[lineStart] == .carriageReturn {
        guard try FieldLine.isLineEnd(bytes, at: lineStart, to: end) else { return nil }
        try semantics.conclude(&index, bytes, limits: limits)
        return lineStart &+ 2
      }
      guard let line = try FieldLine.scan(bytes, from: lineStart, to: end) else { return nil }
      index.fieldCount &+= 1
      if index.fieldCount > limits.headerCount { throw .tooManyFields }
      index.names.insert(bytes, line.name)
      try semantics.note(bytes, line, in: &index)
      lineStart = line.end
    }
    return nil
  }
}
