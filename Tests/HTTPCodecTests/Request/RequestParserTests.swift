// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import KnownRequests
import NIOCore
import Testing

@Suite struct RequestParserTests {
  static let valid = KnownRequests.valid

  @Test(arguments: valid)
  func readsEveryRequest(_ text: String, count: Int) {
    let transcript = Transcript(text)
    #expect(transcript.error == nil)
    #expect(transcript.messages.count == count)
    #expect(transcript.messages.allSatisfy { $0.isComplete })
    #expect(transcript.rest == [])
  }

  @Test(arguments: valid)
  func doesNotDependOnThePieces(_ text: String, count: Int) throws {
    let all = Transcript.everySplit(text)
    let whole = try #require(all.first)
    for transcript in all { #expect(transcript == whole) }
  }

  @Test(arguments: valid)
  func waitsForEveryMissingByte(_ text: String, count: Int) {
    // No proper prefix may be taken for the whole, nor for an error.
    let bytes = Array(text.utf8)
    for length in bytes.indices {
      let transcript = Transcript([bytes[..<length]])
      #expect(transcript.error == nil)
      #expect(transcript.messages.count { $0.isComplete } < count)
    }
  }

  @Test func deliversBodyAndTrailers() throws {
    let transcript = Transcript(
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Sum: 7\r\nX-Empty:\r\n\r\n")
    let message = try #require(transcript.messages.first)
    #expect(message.framing == .chunked)
    #expect(String(decoding: message.body, as: UTF8.self) == "abcdefg")
    #expect(message.trailers == ["X-Sum: 7", "X-Empty: "])
  }

  @Test func dropsTrailersThatCouldSteer() throws {
    let names = [
      "Host", "Authorization", "Content-Type", "Cookie",
      "Connection", "Trailer", "Upgrade", "TE", "Expect", "Range", "If-Match",
      "Proxy-Authorization", "Set-Cookie", "Cache-Control", "X-Forwarded-For", "Keep-Alive",
    ]
    let section = names.map { "\($0): 1\r\n" }.joined()
    let transcript = Transcript(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(section)"
        + "X-Sum: 7\r\n\r\n")
    let message = try #require(transcript.messages.first)
    #expect(message.trailers == ["X-Sum: 7"])
    #expect(message.fields == ["Transfer-Encoding: chunked"])
  }

  @Test func sharesTheStorageOfBodies() throws {
    var buffer = ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
    let storage = buffer.withUnsafeReadableBytesWithStorageManagement { $1.toOpaque() }
    var parser = RequestParser()
    _ = try parser.next(in: &buffer)
    guard case .body(let body) = try parser.next(in: &buffer) else {
      Issue.record("no body")
      return
    }
    #expect(body.withUnsafeReadableBytesWithStorageManagement { $1.toOpaque() } == storage)
  }

  @Test func headsComeOnTheirOwnBetweenRequests() throws {
    var buffer = ByteBuffer(
      string: "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3")
    var parser = RequestParser()
    #expect(try parser.nextHead(in: &buffer)?.method == .post)
    #expect(!parser.isBetweenRequests)
    #expect(try parser.nextHead(in: &buffer)?.target == nil)
    _ = try parser.next(in: &buffer)
    _ = try parser.next(in: &buffer)
    #expect(try parser.nextHead(in: &buffer)?.target == "/2")
    #expect(try parser.nextHead(in: &buffer)?.target == nil)
    #expect(String(buffer: buffer) == "GET /3")
    buffer.writeString(" HTTP/1.1\n")
    #expect(throws: HTTPParseError.self) { try parser.nextHead(in: &buffer) }
    #expect(throws: HTTPParseError.self) { try parser.next(in: &buffer) }
  }

  @Test func endComesWithoutMoreBytes() throws {
    var buffer = ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n!")
    var parser = RequestParser()
    #expect(parser.isBetweenRequests)
    guard case .head = try parser.next(in: &buffer) else {
      Issue.record("no head")
      return
    }
    #expect(!parser.isBetweenRequests)
    _ = try parser.next(in: &buffer)
    #expect(buffer.readableBytes == 0)
    guard case .end(let trailers) = try parser.next(in: &buffer) else {
      Issue.record("no end")
      return
    }
    #expect(trailers == nil)
    #expect(parser.isBetweenRequests)
    let nothing = try parser.next(in: &buffer)
    #expect(nothing.map { _ in true } == nil)
  }

  @Test func upgradeLeavesTheRestAlone() throws {
    var buffer = ByteBuffer(
      string: "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\u{1}")
    var parser = RequestParser()
    guard case .head(let head) = try parser.next(in: &buffer) else {
      Issue.record("no head")
      return
    }
    #expect(head.isWebSocketUpgrade)
    #expect(buffer.readableBytes == 1)
  }
}
