// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What the fields that frame, route and steer a request say, collected while they are scanned.
struct FieldSemantics: Sendable {
  private var hasHost = false
  private var contentLength: Int?
  private var hasTransferEncoding = false
  private var hasExpectation = false
  private var hasContentType = false
  private var hasAuthorization = false
  private var closes = false
  private var persists = false
  private var offersUpgrade = false
  private var namesWebSocket = false

  /// Takes in one field line; only the names that matter cost more than a look at their length.
  @inline(always)
  mutating func note(
    _ bytes: ByteView, _ line: FieldLine, in index: inout HeadIndex
  ) throws(HTTPParseError) {
    let start = line.name.lowerBound
    switch line.name.count {
    case 4:
      if bytes.hasTokenBytes(at: start, "host") { try noteHost(bytes, line.value, in: &index) }
    case 6:
      if bytes.hasTokenBytes(at: start, "expect") { try noteExpect(bytes, line.value) }
    case 7:
      if bytes.hasTokenBytes(at: start, "upgrade") { noteUpgrade(bytes, line.value) }
    case 10:
      if bytes.hasTokenBytes(at: start, "connection") { noteConnection(bytes, line.value) }
    case 12:
      if bytes.hasTokenBytes(at: start, "content-type") { try Self.noteOnce(&hasContentType) }
    case 13:
      if bytes.hasTokenBytes(at: start, "authorization") { try Self.noteOnce(&hasAuthorization) }
    case 14:
      if bytes.hasTokenBytes(at: start, "content-length") {
        try noteContentLength(bytes, line.value)
      }
    case 17:
      if bytes.hasTokenBytes(at: start, "transfer-encoding") {
        try noteTransferEncoding(bytes, line.value)
      }
    default: break
    }
  }

  /// Checks the fields against each other at the end of the head and completes `index`.
  @inline(always)
  func conclude(
    _ index: inout HeadIndex, _ bytes: ByteView, limits: RequestParser.Limits
  ) throws(HTTPParseError) {
    try concludeAuthority(&index, bytes)
    let isHTTP1_1 = index.version == .http1_1
    // RFC 9112 section 9.3: close wins, then the default of the version.
    index.keepsAlive = !closes && (isHTTP1_1 || persists)
    if contentLength != nil || hasTransferEncoding {
      try concludeFraming(&index, limits: limits)
    }
    index.expectsContinue = hasExpectation && isHTTP1_1 && index.framing != .none
    if offersUpgrade && namesWebSocket && isHTTP1_1 && index.method == .get {
      guard index.framing == .none else {
        throw .badRequest("A WebSocket handshake has a body.")
      }
      index.isWebSocketUpgrade = true
    }
  }

  /// RFC 9112 section 3.2 and 3.2.2.
  @inline(always)
  private func concludeAuthority(
    _ index: inout HeadIndex, _ bytes: ByteView
  ) throws(HTTPParseError) {
    guard hasHost else {
      if index.version == .http1_1 { throw .badRequest("The Host field is missing.") }
      return
    }
    if index.authority.isEmpty {
      index.authority = index.host
    } else if !Authority.isEqual(bytes, index.authority.range, index.host.range) {
      throw .badRequest("The Host field differs from the authority in the request target.")
    }
  }

  /// RFC 9112 section 6.1 to 6.3.
  private func concludeFraming(
    _ index: inout HeadIndex, limits: RequestParser.Limits
  ) throws(HTTPParseError) {
    if hasTransferEncoding {
      if index.version == .http1_0 {
        throw .badRequest("HTTP/1.0 has no Transfer-Encoding.")
      }
      if contentLength != nil {
        throw .badRequest("Both Transfer-Encoding and Content-Length are present.")
      }
      index.framing = .chunked
    } else if let length = contentLength, length > 0 {
      if let limit = limits.bodyBytes, length > limit { throw .bodyTooLarge }
      index.framing = .contentLength(length)
    }
  }

  private mutating func noteHost(
    _ bytes: ByteView, _ value: Range<Int>, in index: inout HeadIndex
  ) throws(HTTPParseError) {
    if hasHost { throw .badRequest("There is more than one Host field.") }
    guard Authority.isValid(bytes, value) else {
      throw .badRequest("The Host field is not a host with an optional port.")
    }
    hasHost = true
    index.host = Span32(value.lowerBound, value.upperBound)
  }

  /// Refuses a second line of a field with one value that decides how the content is read or who is
  /// asking: of two, a proxy in front may have checked the other one (RFC 9110 sections 5.3, 8.3).
  private static func noteOnce(_ isThere: inout Bool) throws(HTTPParseError) {
    if isThere { throw .badRequest("A field that has a single value is repeated.") }
    isThere = true
  }

  private mutating func noteExpect(
    _ bytes: ByteView, _ value: Range<Int>
  ) throws(HTTPParseError) {
    guard bytes.isToken(value, "100-continue") else { throw .unknownExpectation }
    hasExpectation = true
  }

  private mutating func noteUpgrade(_ bytes: ByteView, _ value: Range<Int>) {
    for element in ListElements(bytes, value) where bytes.isToken(element, "websocket") {
      namesWebSocket = true
    }
  }

  private mutating func noteConnection(_ bytes: ByteView, _ value: Range<Int>) {
    for element in ListElements(bytes, value) {
      switch element.count {
      case 5: if bytes.hasTokenBytes(at: element.lowerBound, "close") { closes = true }
      case 7: if bytes.hasTokenBytes(at: element.lowerBound, "upgrade") { offersUpgrade = true }
      case 10: if bytes.hasTokenBytes(at: element.lowerBound, "keep-alive") { persists = true }
      default: break
      }
    }
  }

  /// One field of `1*DIGIT`; a repeated one is refused even if it agrees, and so is a leading zero.
  private mutating func noteContentLength(
    _ bytes: ByteView, _ value: Range<Int>
  ) throws(HTTPParseError) {
    if contentLength != nil { throw .badRequest("There is more than one Content-Length field.") }
    guard !value.isEmpty, value.count == 1 || bytes[value.lowerBound] != UInt8(ascii: "0") else {
      throw .badRequest("The Content-Length is not a decimal number.")
    }
    var length = 0
    for index in value {
      guard bytes[index].isDigit else {
        throw .badRequest("The Content-Length is not a decimal number.")
      }
      let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(bytes[index] &- 0x30))
      if overflow || carry { throw .badRequest("The Content-Length is too large a number.") }
      length = sum
    }
    contentLength = length
  }

  /// Only a sole `chunked` is accepted.
  private mutating func noteTransferEncoding(
    _ bytes: ByteView, _ value: Range<Int>
  ) throws(HTTPParseError) {
    if hasTransferEncoding {
      throw .badRequest("There is more than one Transfer-Encoding field.")
    }
    hasTransferEncoding = true
    if bytes.isToken(value, "chunked") { return }
    var isAfterChunked = false
    for element in ListElements(bytes, value) {
      // What follows a final coding would be undelimited: RFC 9112 section 6.1.
      if isAfterChunked { throw .badRequest("The coding chunked is not the last one.") }
      guard !element.isEmpty,
        bytes.firstNonToken(from: element.lowerBound, to: element.upperBound) == element.upperBound
      else { throw .badRequest("The Transfer-Encoding is malformed.") }
      isAfterChunked = bytes.isToken(element, "chunked")
    }
    throw .unknownTransferCoding
  }
}
