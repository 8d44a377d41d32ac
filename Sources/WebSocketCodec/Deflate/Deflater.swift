// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import CZlib
internal import NIOCore

/// Compresses the messages of one direction (RFC 7692 section 7.2.1).
///
/// A class because zlib keeps a pointer to its own stream. ``CompressionState`` is the only owner
/// and copies the stream before it changes one that is shared.
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Parameter windowBits: 9 to 15; zlib has no raw stream with a window of 8 bits.
  /// - Returns: nil if zlib cannot allocate its state.
  init?(windowBits: Int, level: Int, memoryLevel: Int) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Negative: no zlib header.
    guard
      deflateInit2_(
        stream, Int32(level), Z_DEFLATED, -Int32(windowBits), Int32(memoryLevel),
        Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      return nil
    }
  }

  /// - Returns: nil if zlib cannot allocate its state.
  init?(copying other: Deflater) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard deflateCopy(stream, other.stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The compressed payload of a message that is not empty.
  func deflate(_ input: UnsafeRawBufferPointer) -> ByteBuffer {
    // zlib only reads from `next_in`.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    var output = ByteBuffer()
    repeat {
      let room = max(input.count / 4, 512)
      output.append(upTo: room) { target in
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        // Cannot fail: the state is consistent, and there is always room.
        _ = CZlib.deflate(stream, Z_SYNC_FLUSH)
        return room - Int(stream.pointee.avail_out)
      }
    } while stream.pointee.avail_out == 0
    // Section 7.2.1: the 00 00 FF FF that ends every flush is left out.
    output.moveWriterIndex(to: output.writerIndex - 4)
    return output
  }
}
