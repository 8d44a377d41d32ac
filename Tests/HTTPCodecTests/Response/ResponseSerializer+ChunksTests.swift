// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

@Suite struct ResponseSerializerChunksTests {
  @Test(arguments: [1, 9, 10, 15, 16, 255, 256, 4095, 65536, Int.max])
  func writesTheSizeInHex(_ length: Int) {
    var buffer = ByteBuffer()
    ResponseSerializer.writeChunkHeader(length: length, into: &buffer)
    #expect(String(buffer: buffer) == String(length, radix: 16) + "\r\n")
  }

  @Test(arguments: [0, -1, Int.min])
  func writesNoEmptyChunk(_ length: Int) {
    var buffer = ByteBuffer()
    ResponseSerializer.writeChunkHeader(length: length, into: &buffer)
    ResponseSerializer.writeChunk(ByteBuffer(), into: &buffer)
    #expect(buffer.readableBytes == 0)
  }

  @Test func writesTrailersThatMayBeSent() {
    var buffer = ByteBuffer()
    var trailers: HTTPFields = [.contentLength: "3", .eTag: "\"x\"", .setCookie: "a=b"]
    trailers.append(HTTPField(name: .server, lenientValue: [1]))
    ResponseSerializer.writeLastChunk(trailers: trailers, into: &buffer)
    #expect(String(buffer: buffer) == "0\r\nETag: \"x\"\r\nServer:  \r\n\r\n")
  }

  /// The parser reads requests, but the coding of the body is the same.
  @Test func whatIsWrittenIsReadBack() throws {
    var buffer = ByteBuffer(
      string: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    var body: [UInt8] = []
    for length in [1, 2, 15, 16, 17, 300, 5000] {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      body += bytes
      ResponseSerializer.writeChunk(ByteBuffer(bytes: bytes), into: &buffer)
    }
    ResponseSerializer.writeLastChunk(trailers: [.eTag: "\"x\""], into: &buffer)
    let transcript = Transcript([Array(buffer.readableBytesView)[...]])
    let message = try #require(transcript.messages.first)
    #expect(transcript.error == nil)
    #expect(message.body == body)
    #expect(message.trailers == ["ETag: \"x\""])
    #expect(message.isComplete)
    #expect(transcript.rest == [])
  }
}
