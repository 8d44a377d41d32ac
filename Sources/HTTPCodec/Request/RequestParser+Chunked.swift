// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import NIOCore

/// What must be remembered between the chunks of one body.
struct ChunkProgress: Sendable {
  var bodyBytes = 0
  var extensionBytes = 0
  /// How many bytes of framing are ahead of the bytes they framed.
  var overhead = 0
  var trailerBytes = 0
  var trailerCount = 0
  var trailers: HTTPFields?
  /// How many bytes of the pending trailer line need not be looked at again; see ``HeadScanner``.
  var searched = 0
}

extension RequestParser {
  /// The chunked coding, RFC 9112 section 7.1.
  mutating func nextChunked(in buffer: inout ByteBuffer) throws(HTTPParseError) -> Event? {
    while true {
      switch state {
      case .chunkHeader:
        guard let size = try readChunkHeader(in: &buffer) else { return nil }
        state = size == 0 ? .trailers : .chunkBody(remaining: size)
      case .chunkBody(let remaining):
        guard let slice = buffer.readSlice(length: min(remaining, buffer.readableBytes)),
          slice.readableBytes > 0
        else { return nil }
        let rest = remaining - slice.readableBytes
        state = rest == 0 ? .chunkEnd : .chunkBody(remaining: rest)
        return .body(slice)
      case .chunkEnd:
        guard try readChunkEnd(in: &buffer) else { return nil }
        state = .chunkHeader
      case .trailers:
        guard try readTrailers(in: &buffer) else { return nil }
        let trailers = chunks.trailers
        chunks.trailers = nil
        state = .head
        return .end(trailers: trailers)
      case .head, .fixedBody, .failed:
        return nil
      }
    }
  }

  private mutating func readChunkHeader(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> Int? {
    let allowed = limits.chunkExtensionBytes - chunks.extensionBytes
    let line = try buffer.withByteView {
      (bytes) throws(HTTPParseError) -> ChunkHeader? in
      try ChunkHeader.scan(bytes, extensionLimit: allowed)
    }
    guard let line else { return nil }
    let (total, overflow) = chunks.bodyBytes.addingReportingOverflow(line.size)
    if overflow { throw .badRequest("The chunk sizes add up to too large a number.") }
    if let limit = limits.bodyBytes, total > limit { throw .bodyTooLarge }
    chunks.bodyBytes = total
    chunks.extensionBytes += line.extensionBytes
    chunks.overhead = max(0, chunks.overhead + line.length + 2 - line.size)
    if chunks.overhead > limits.chunkOverheadBytes {
      throw .badRequest("The chunks are too small for their framing.")
    }
    buffer.moveReaderIndex(forwardBy: line.length)
    return line.size
  }

  private mutating func readChunkEnd(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> Bool {
    let isComplete = try buffer.withByteView {
      (bytes) throws(HTTPParseError) -> Bool in
      guard let first = bytes.first else { return false }
      guard first == .carriageReturn, bytes.count == 1 || bytes[1] == .lineFeed else {
        throw .badRequest("The chunk data is not followed by CRLF.")
      }
      return bytes.count > 1
    }
    if isComplete { buffer.moveReaderIndex(forwardBy: 2) }
    return isComplete
  }

  /// Reads the trailer section up to and with its empty line, RFC 9112 section 7.1.2.
  private mutating func readTrailers(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> Bool {
    while true {
      let allowed = max(0, limits.trailerBytes - chunks.trailerBytes)
      let length = try buffer.withByteView { (bytes) throws(HTTPParseError) -> Int? in
        try scanTrailerLine(bytes, limit: allowed)
      }
      guard let length else { return false }
      buffer.moveReaderIndex(forwardBy: abs(length))
      chunks.searched = 0
      if length < 0 { return true }
      chunks.trailerBytes += length
    }
  }

  /// - Returns: The length of the line, negative for the empty line that ends the section.
  private mutating func scanTrailerLine(
    _ bytes: ByteView, limit: Int
  ) throws(HTTPParseError) -> Int? {
    guard let first = bytes.first else { return nil }
    if first == .carriageReturn {
      return try FieldLine.isLineEnd(bytes, at: 0, to: bytes.count) ? -2 : nil
    }
    let end = min(bytes.count, limit)
    if chunks.searched > 0 {
      chunks.searched = bytes.firstControl(from: min(chunks.searched, end), to: end)
      if chunks.searched == end && bytes.count < limit { return nil }
    }
    guard let line = try FieldLine.scan(bytes, from: 0, to: end) else {
      if bytes.count >= limit { throw .trailersTooLarge }
      let colon = bytes.firstNonToken(from: 0, to: end)
      if colon < end { chunks.searched = max(chunks.searched, colon + 1) }
      return nil
    }
    chunks.trailerCount += 1
    if chunks.trailerCount > limits.headerCount { throw .tooManyFields }
    if bytes.isToken(line.name, "content-length") || bytes.isToken(line.name, "transfer-encoding") {
      throw .badRequest("A trailer field is about framing.")
    }
    if let field = HTTPField(bytes, line), field.name.isAllowedInTrailers {
      var fields = chunks.trailers ?? HTTPFields()
      chunks.trailers = nil
      fields.append(field)
      chunks.trailers = fields
    }
    return line.end
  }
}
