// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import CZlib
import ContentCodec
import NIOCore
import Testing

@Suite struct ContentCodingTests {
  @Test(
    arguments: [
      ("gzip", .gzip), ("deflate", .deflate), ("x-gzip", .gzip), ("GZip", .gzip),
      ("gzip, deflate", .gzip), ("deflate, gzip", .deflate), ("deflate,gzip", .deflate),
      ("gzip;q=0.5, deflate", .deflate), ("gzip;q=0.5, deflate;q=0.501", .deflate),
      ("deflate;q=0.5, gzip;q=0.50", .deflate), ("gzip ; Q=1.000 , br", .gzip),
      ("br, gzip", .gzip), ("*", .gzip), ("*, gzip;q=0", .deflate),
      ("*;q=0.1, deflate;q=0.2", .deflate),
      ("deflate;q=0, *", .gzip), ("identity;q=0, *;q=0.001", .gzip), ("identity, gzip", .gzip),
      ("gzip;q=0.5, gzip;q=0, deflate;q=0.4", .gzip), ("gzip;q=2, deflate", .deflate), ("", nil),
      ("identity", nil), ("br", nil), ("gzip;q=0", nil), ("gzip;q=0.000", nil), ("*;q=0", nil),
      ("identity;q=1, gzip;q=0.5", nil), ("gzip;q=", nil), ("gzip;q=1.001", nil),
      ("gzip;q=0.1234", nil), ("gzip;q=-1", nil), ("gzip;q=0x1", nil), ("gzip;level=1", nil),
      ("gzip;q=1;q=1", nil), (";", nil), (", ,", nil), ("gzip deflate", nil), ("é", nil),
    ] as [(String, ContentCoding?)])
  func negotiation(acceptEncoding: String, coding: ContentCoding?) {
    #expect(ContentCoding.preferred(by: acceptEncoding) == coding)
  }

  @Test(arguments: ContentCoding.allCases, [100, 511, 512, 513, 1024, 40_000, 1_000_000])
  func decodesToTheSame(coding: ContentCoding, count: Int) throws {
    // Repeats itself, but not soon.
    let content = ByteBuffer(
      bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* $0 / 90) })
    for level in [-1, 1, 6, 9, 100] {
      let encoded = try #require(coding.encode(content, level: level))
      #expect(encoded.readableBytes < count)
      let magic: [UInt8] = coding == .gzip ? [0x1F, 0x8B, 8] : [UInt8]()
      #expect(encoded.readableBytesView.starts(with: magic))
      #expect(inflated(encoded, coding, room: count + 1) == content)
    }
  }

  @Test(arguments: ContentCoding.allCases)
  func whatDoesNotGetSmallerStaysAsItIs(coding: ContentCoding) {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<2000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    #expect(coding.encode(ByteBuffer(bytes: noise)) == nil)
    #expect(coding.encode(ByteBuffer()) == nil)
    #expect(coding.encode(ByteBuffer(string: "a")) == nil)
  }

  /// What zlib makes of a whole stream in this format; nil if it is in another or does not end.
  private func inflated(_ input: ByteBuffer, _ coding: ContentCoding, room: Int) -> ByteBuffer? {
    var stream = z_stream()
    let format: Int32 = coding == .gzip ? 16 : 0
    guard
      inflateInit2_(&stream, 15 + format, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var input = Array(input.readableBytesView)
    var output = [UInt8](repeating: 0, count: room)
    let status = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, stream.avail_in == 0 else { return nil }
    return ByteBuffer(bytes: output.prefix(Int(stream.total_out)))
  }
}
