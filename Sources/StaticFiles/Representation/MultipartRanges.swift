// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore

/// Several ranges of a representation as `multipart/byteranges` (RFC 9110 section 14.6).
struct MultipartRanges: Sendable {
  private struct Part {
    let head: String
    let range: Range<Int>
  }

  private let parts: [Part]
  private let end: String
  let contentType: String
  /// The number of bytes of the whole message body.
  let length: Int

  init(_ ranges: [Range<Int>], of representation: Representation) {
    // So many random bits are in no file by chance, nor can anybody have put them there.
    let boundary =
      String(UInt64.random(in: .min ... .max), radix: 36)
      + String(UInt64.random(in: .min ... .max), radix: 36)
    contentType = "multipart/byteranges; boundary=" + boundary
    parts = ranges.enumerated().map { index, range in
      let head = """
        \(index == 0 ? "" : "\r\n")--\(boundary)\r
        content-type: \(representation.contentType)\r
        content-range: \(representation.contentRange(range))\r
        \r

        """
      return Part(head: head, range: range)
    }
    end = "\r\n--\(boundary)--\r\n"
    length = parts.reduce(end.utf8.count) { $0 + $1.head.utf8.count + $1.range.count }
  }

  /// The message body, from content that is in memory.
  func body(of bytes: ByteBuffer) -> ByteBuffer {
    var body = ByteBuffer()
    body.reserveCapacity(length)
    for part in parts {
      body.writeString(part.head)
      if let slice = bytes.getSlice(part.range) { body.writeImmutableBuffer(slice) }
    }
    body.writeString(end)
    return body
  }

  /// Writes the message body, from an open file.
  ///
  /// - Throws: where the file has shrunk or cannot be read, so that nobody takes what was sent for
  ///   all.
  nonisolated(nonsending) func write(
    _ file: OpenFile, to writer: inout ResponseWriter
  ) async throws {
    for part in parts {
      try await writer.write(part.head)
      var rest = part.range
      while !rest.isEmpty {
        let piece = rest.prefix(Self.pieceBytes)
        let range = piece.startIndex..<piece.endIndex
        let bytes = try file.read(range)
        guard bytes.readableBytes == range.count else { throw OpenFileError.notFound }
        try await writer.write(bytes)
        rest = range.upperBound..<rest.upperBound
      }
    }
    try await writer.write(end)
  }

  private static let pieceBytes = 64 << 10
}
