// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

extension ResponseSerializer {
  /// Appends one chunk with `bytes` copied into it; nothing for no bytes, since an empty chunk would
  /// end the body. RFC 9112 section 7.1.
  public static func writeChunk(_ bytes: ByteBuffer, into buffer: inout ByteBuffer) {
    writeChunkHeader(length: bytes.readableBytes, into: &buffer)
    if bytes.readableBytes > 0 {
      buffer.writeImmutableBuffer(bytes)
      writeChunkEnd(into: &buffer)
    }
  }

  /// Appends the size line of a chunk whose `length` bytes and ``writeChunkEnd(into:)`` follow;
  /// nothing if `length` is not positive.
  public static func writeChunkHeader(length: Int, into buffer: inout ByteBuffer) {
    guard length > 0 else { return }
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 18) { memory in
      let digits = (Int.bitWidth - length.leadingZeroBitCount + 3) / 4
      for index in 0..<digits {
        let digit = UInt8(truncatingIfNeeded: length >> (4 * (digits - 1 - index)) & 15)
        memory[index] = digit < 10 ? 48 + digit : 87 + digit
      }
      memory[digits] = .carriageReturn
      memory[digits + 1] = .lineFeed
      return digits + 2
    }
  }

  /// Appends the CRLF after the bytes of a chunk.
  public static func writeChunkEnd(into buffer: inout ByteBuffer) {
    buffer.writeStaticString("\r\n")
  }

  /// Appends the last chunk and the trailer section, which ends the body.
  ///
  /// Trailers that must not be sent so (RFC 9110 section 6.5.1) are left out.
  public static func writeLastChunk(
    trailers: HTTPFields? = nil, into buffer: inout ByteBuffer
  ) {
    buffer.writeStaticString("0\r\n")
    for field in trailers ?? [:] where field.name.isAllowedInTrailers {
      let name = field.name.rawName
      field.withUnsafeBytesOfValue { value in
        _ = buffer.writeWithUnsafeMutableBytes(
          minimumWritableBytes: name.utf8.count + value.count + 4
        ) { memory in
          guard var out = OutputCursor(memory) else { return 0 }
          out.writeField(name: name, value: value)
          return out.count
        }
      }
    }
    buffer.writeStaticString("\r\n")
  }
}
