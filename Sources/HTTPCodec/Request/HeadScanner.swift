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
  /// Up to here `lineStart...` holds no control byte, so no line end.
  private var searched = 0
  private var hasRequestLine = false
  var semantics = FieldSemantics()

  /// Goes on with the head that begins at the first of `bytes`.
  ///
  /// - Returns: The length of the head once it is complete and ``index`` is filled in, else nil.
  @inline(__always)
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, limits: RequestParser.Limits
  ) throws(HTTPParseError) -> Int? {
    let end = Swift.min(bytes.count, limits.headBytes)
    if searched > lineStart {
      searched = bytes.firstControl(from: searched, to: end)
      if searched == end && bytes.count < limits.headBytes { return nil }
    }
    if let length = try scanLines(bytes, to: end, limits: limits) { return length }
    if bytes.count >= limits.headBytes { throw .headTooLarge }
    // A CR at the very end decides nothing yet, but must be found again.
    searched = end > lineStart && bytes[end &- 1] == .carriageReturn ? end &- 1 : end
    return nil
  }

  @inline(__always)
  private mutating func scanLines(
    _ bytes: UnsafeRawBufferPointer, to end: Int, limits: RequestParser.Limits
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
