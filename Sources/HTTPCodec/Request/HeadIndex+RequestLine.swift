// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension HeadIndex {
  /// Reads `method SP request-target SP HTTP-version CRLF` at offset 0, RFC 9112 section 3.
  ///
  /// - Returns: The first byte after the line, or nil if it is not complete before `end`.
  @inline(always)
  mutating func scanRequestLine(
    _ bytes: ByteView, to end: Int, targetLimit: Int
  ) throws(HTTPParseError) -> Int? {
    guard let start = try scanMethod(bytes, to: end) else { return nil }
    target = Span32(start, start)
    query = Span32()
    hasQuery = false

    let limit = end &- start > targetLimit ? start &+ targetLimit &+ 1 : end
    var stop = bytes.firstTargetDelimiter(from: start, to: limit)
    if stop < limit && bytes[stop] == .questionMark {
      hasQuery = true
      query.lower = UInt32(truncatingIfNeeded: stop &+ 1)
      repeat {
        stop = bytes.firstTargetDelimiter(from: stop &+ 1, to: limit)
      } while stop < limit && bytes[stop] == .questionMark
    }
    if stop == limit {
      if limit &- start > targetLimit { throw .targetTooLong }
      return nil
    }
    guard bytes[stop] == .space, stop > start else {
      throw Self.targetError(bytes[stop])
    }
    target.upper = UInt32(truncatingIfNeeded: stop)
    if hasQuery { query.upper = target.upper }

    guard let next = try scanVersion(bytes, from: stop &+ 1, to: end) else { return nil }
    if bytes[start] == .slash {
      form = .origin
      path = Span32(start, hasQuery ? Int(query.lower) &- 1 : stop)
      if method == .connect { throw .badRequest("CONNECT needs a host and a port as its target.") }
    } else {
      try classifyTarget(bytes)
    }
    return next
  }

  @inline(always)
  private mutating func scanMethod(
    _ bytes: ByteView, to end: Int
  ) throws(HTTPParseError) -> Int? {
    if end >= 4, bytes.load(0, as: UInt32.self) == Self.getAndSpace {
      method = .get
      methodLength = 3
      return 4
    }
    return try scanOtherMethod(bytes, to: end)
  }

  /// `GET ` as it lies in memory.
  @inline(always)
  private static var getAndSpace: UInt32 { UInt32(bigEndian: 0x4745_5420) }

  /// `HTTP/1.` and a digit as they lie in memory.
  @inline(always)
  private static var http1_1: UInt64 { UInt64(bigEndian: 0x4854_5450_2F31_2E31) }

  private mutating func scanOtherMethod(
    _ bytes: ByteView, to end: Int
  ) throws(HTTPParseError) -> Int? {
    let limit = Swift.min(end, HeadScanner.maximumMethodLength &+ 1)
    let stop = bytes.firstNonToken(from: 0, to: limit)
    if stop == limit {
      if stop > HeadScanner.maximumMethodLength { throw .methodTooLong }
      return nil
    }
    guard bytes[stop] == .space, stop > 0 else {
      throw .badRequest("The method contains an invalid byte.")
    }
    method = MethodCode(bytes.slice(0..<stop))
    methodLength = UInt32(truncatingIfNeeded: stop)
    return stop &+ 1
  }

  @inline(always)
  private mutating func scanVersion(
    _ bytes: ByteView, from start: Int, to end: Int
  ) throws(HTTPParseError) -> Int? {
    if end &- start >= 10,
      bytes.load(start, as: UInt64.self) == Self.http1_1,
      bytes[start &+ 8] == .carriageReturn, bytes[start &+ 9] == .lineFeed
    {
      version = .http1_1
      return start &+ 10
    }
    return try scanOtherVersion(bytes, from: start, to: end)
  }

  private mutating func scanOtherVersion(
    _ bytes: ByteView, from start: Int, to end: Int
  ) throws(HTTPParseError) -> Int? {
    // Compared byte by byte, so that a wrong byte is refused before the line is complete.
    let pattern: StaticString = "HTTP/0.0\r\n"
    for offset in 0..<10 {
      if start &+ offset >= end { return nil }
      let byte = bytes[start &+ offset]
      let expected = pattern.utf8Start[offset]
      guard byte == expected || (expected == UInt8(ascii: "0") && byte.isDigit) else {
        throw .badRequest("The HTTP version is malformed.")
      }
    }
    switch (bytes[start &+ 5], bytes[start &+ 7]) {
    case (UInt8(ascii: "1"), UInt8(ascii: "0")): version = .http1_0
    case (UInt8(ascii: "1"), UInt8(ascii: "1")): version = .http1_1
    case (UInt8(ascii: "0"), _): throw .badRequest("HTTP/0.9 is not spoken here.")
    default: throw .unsupportedVersion
    }
    return start &+ 10
  }

  @inline(never)
  private static func targetError(_ byte: UInt8) -> HTTPParseError {
    switch byte {
    case .space: .badRequest("The request target is empty.")
    case .carriageReturn, .lineFeed: .badRequest("The request line has no HTTP version.")
    case UInt8(ascii: "#"): .badRequest("The request target has a fragment.")
    case UInt8(ascii: "\\"): .badRequest("The request target contains a backslash.")
    case 0x80...: .badRequest("The request target contains a byte outside ASCII.")
    default: .badRequest("The request target contains a control byte or white space.")
    }
  }

  /// The forms other than origin-form, RFC 9112 sections 3.2.2 to 3.2.4.
  private mutating func classifyTarget(
    _ bytes: ByteView
  ) throws(HTTPParseError) {
    let range = target.range
    if method == .connect {
      form = .authority
      path = Span32()
      guard !hasQuery, Authority.isValid(bytes, range), Authority.hasPort(bytes, range) else {
        throw .badRequest("CONNECT needs a host and a port as its target.")
      }
      authority = target
      return
    }
    if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
      guard method == .options else {
        throw .badRequest("Only OPTIONS may have the target *.")
      }
      form = .asterisk
      path = target
      return
    }
    form = .absolute
    guard let start = Self.endOfScheme(bytes, range) else {
      throw .badRequest("The request target is neither a path nor an http URI.")
    }
    let pathEnd = hasQuery ? Int(query.lower) &- 1 : range.upperBound
    var slash = start
    while slash < pathEnd && bytes[slash] != .slash { slash &+= 1 }
    guard Authority.isValid(bytes, start..<slash) else {
      throw .badRequest("The authority in the request target is malformed.")
    }
    authority = Span32(start, slash)
    path = Span32(slash, pathEnd)
  }

  /// The offset after `http://` or `https://`.
  private static func endOfScheme(_ bytes: ByteView, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    func skip(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard range.upperBound &- index >= count else { return false }
      for offset in 0..<count {
        let byte = bytes[index &+ offset]
        let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
        if lowered != text.utf8Start[offset] { return false }
      }
      index &+= count
      return true
    }
    guard skip("http") else { return nil }
    _ = skip("s")
    return skip("://") ? index : nil
  }
}
