// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import ContentCodec
internal import NIOCore

extension Deflater {
  /// The compressed payload of a message that is not empty (RFC 7692 section 7.2.1).
  func message(_ payload: UnsafeRawBufferPointer) -> ByteBuffer {
    var output = ByteBuffer()
    write(payload, .sync, into: &output)
    // The 00 00 FF FF that ends every flush is left out.
    output.moveWriterIndex(to: output.writerIndex - 4)
    return output
  }
}
