// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import CZlib
internal import NIOCore

/// Decompresses the messages of one direction (RFC 7692 section 7.2.2).
///
/// A class because zlib keeps a pointer to its own stream. ``CompressionState`` is the only owner
/// and copies the stream before it changes one that is shared.
final class Inflater {
  enum Failure: Error {
    case invalidData
    case tooBig
    case outOfMemory
  }

  private let stream: UnsafeMutablePointer<z_stream>

  /// - Returns: nil if zlib cannot allocate its state.
  init?(windowBits: Int) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Negative: no zlib header.
    guard
      inflateInit2_(
        stream, -Int32(windowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      return nil
    }
  }

  /// - Returns: nil if zlib cannot allocate its state.
  init?(copying other: Inflater) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard inflateCopy(stream, other.stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Appends what `input` decompresses to; `output` never grows beyond `limit` and one byte.
  func inflate(
    _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, limit: Int
  ) throws(Failure) {
    guard !input.isEmpty else { return }
    // zlib only reads from `next_in`.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    var isOutputFull = false
    repeat {
      let left = limit - output.readableBytes
      let room = min(max(2 * input.count, output.readableBytes, 512), left + 1, 1 << 20)
      var status = Z_OK
      output.append(upTo: room) { target in
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        status = CZlib.inflate(stream, Z_SYNC_FLUSH)
        return room - Int(stream.pointee.avail_out)
      }
      guard output.readableBytes <= limit else { throw .tooBig }
      isOutputFull = stream.pointee.avail_out == 0
      switch status {
      case Z_OK: break
      // No progress: fine when all is done, and never a reason to try again.
      case Z_BUF_ERROR where stream.pointee.avail_in == 0: return
      // Section 7.2.3.4: a sender may end its DEFLATE stream, and starts a new one after it.
      case Z_STREAM_END: inflateReset(stream)
      case Z_MEM_ERROR: throw .outOfMemory
      default: throw .invalidData
      }
    } while stream.pointee.avail_in > 0 || isOutputFull
  }
}
