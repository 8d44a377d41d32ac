// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

internal import CZlib
public import NIOCore

/// Compresses a stream of bytes with zlib, in one of its three formats.
///
/// A class because zlib keeps a pointer to its own stream; to be used by one owner at a time.
public final class Deflater {
  /// What is around the compressed data.
  public enum Format: Sendable, Hashable {
    /// Nothing (RFC 1951).
    case raw
    /// A header and a checksum (RFC 1950): what HTTP calls `deflate`.
    case zlib
    /// A header, a checksum and the length (RFC 1952).
    case gzip
  }

  /// How far a write goes.
  public enum Flush: Sendable, Hashable {
    /// Everything so far can be decompressed (Z_SYNC_FLUSH): it ends with 00 00 FF FF.
    case sync
    /// The stream ends; nothing may be written after it.
    case finish
  }

  private let stream: UnsafeMutablePointer<z_stream>

  /// Creates a compressor. It takes 2^(window bits + 2) + 2^(memory level + 9) bytes and 6 KiB.
  ///
  /// - Parameters:
  ///   - windowBits: 9 to 15; zlib has no raw stream with a window of 8 bits.
  ///   - level: 1, fastest, to 9, smallest.
  ///   - memoryLevel: 1 to 9.
  /// - Returns: nil if zlib cannot allocate its state.
  public init?(format: Format, windowBits: Int, level: Int, memoryLevel: Int) {
    let wrapped =
      switch format {
      case .raw: -Int32(windowBits)
      case .zlib: Int32(windowBits)
      case .gzip: Int32(windowBits) + 16
      }
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard
      deflateInit2_(
        stream, Int32(level), Z_DEFLATED, wrapped, Int32(memoryLevel), Z_DEFAULT_STRATEGY,
        ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      return nil
    }
  }

  /// Creates a compressor in the state of another.
  ///
  /// - Returns: nil if zlib cannot allocate its state.
  public init?(copying other: Deflater) {
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

  /// Appends what `input` compresses to.
  public func write(
    _ input: UnsafeRawBufferPointer, _ flush: Flush, into output: inout ByteBuffer
  ) {
    // zlib only reads from `next_in`.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    let room = max(input.count / 4, 512)
    repeat {
      output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room)
        // Cannot fail: the state is consistent, and there is always room.
        _ = CZlib.deflate(stream, flush == .sync ? Z_SYNC_FLUSH : Z_FINISH)
        return room - Int(stream.pointee.avail_out)
      }
    } while stream.pointee.avail_out == 0
  }
}
