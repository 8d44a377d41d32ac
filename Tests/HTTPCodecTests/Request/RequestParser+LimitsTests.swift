// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import Testing

@Suite struct RequestParserLimitsTests {
  private func limits(_ change: (inout RequestParser.Limits) -> Void) -> RequestParser.Limits {
    var limits = RequestParser.Limits()
    change(&limits)
    return limits
  }

  /// Expects `exact` to pass and `beyond` to be refused, in whatever pieces they come.
  private func expectEdge(
    _ limits: RequestParser.Limits, exact: String, beyond: String, status: Int
  ) {
    for transcript in Transcript.everySplit(exact, limits: limits) {
      #expect(transcript.error == nil)
      #expect(transcript.messages.first?.isComplete == true)
    }
    for transcript in Transcript.everySplit(beyond, limits: limits) {
      #expect(transcript.status == status)
    }
  }

  @Test func headBytes() {
    let head = "GET / HTTP/1.1\r\nHost: a\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n"
    for spare in 0..<4 {
      expectEdge(
        limits { $0.headBytes = head.utf8.count }, exact: head,
        beyond: head.replacing("X: ", with: "X: z" + String(repeating: "z", count: spare)),
        status: 431)
    }
  }

  @Test func headIsRefusedWithoutItsEnd() {
    let limits = limits { $0.headBytes = 64 }
    let text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 64)
    let bytes = Array(text.utf8)
    #expect(Transcript([bytes[..<63]], limits: limits).error == nil)
    #expect(Transcript([bytes[..<64]], limits: limits).status == 431)
  }

  @Test func targetBytes() {
    expectEdge(
      limits { $0.targetBytes = 9 },
      exact: "GET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n",
      beyond: "GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", status: 414)
    expectEdge(
      limits { $0.targetBytes = 9 },
      exact: "GET /?2345678 HTTP/1.1\r\nHost: a\r\n\r\n",
      beyond: "GET /?23456789 HTTP/1.1\r\nHost: a\r\n\r\n", status: 414)
    let endless = Array("GET /123456789".utf8)
    for limited in [
      Transcript([endless[...]], limits: limits { $0.targetBytes = 9 }),
      Transcript(endless.indices.map { endless[$0...$0] }, limits: limits { $0.targetBytes = 9 }),
    ] {
      #expect(limited.status == 414)
    }
  }

  @Test func headerCount() {
    let fields = (1...100).map { "X\($0): y\r\n" }
    let start = "GET / HTTP/1.1\r\nHost: a\r\n"
    #expect(Transcript(start + fields.prefix(99).joined() + "\r\n").error == nil)
    #expect(Transcript(start + fields.joined() + "\r\n").status == 431)
    expectEdge(
      limits { $0.headerCount = 2 }, exact: start + "X: y\r\n\r\n",
      beyond: start + "X: y\r\nZ: y\r\n\r\n", status: 431)
  }

  @Test func bodyBytesOfContentLength() {
    expectEdge(
      limits { $0.bodyBytes = 3 },
      exact: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
      beyond: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", status: 413)
  }

  @Test func bodyBytesOfChunks() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    expectEdge(
      limits { $0.bodyBytes = 3 }, exact: start + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
      beyond: start + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", status: 413)
  }

  @Test func hugeLengthsAreOnlyNumbers() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\n"
    let fixed = Transcript(start + "Content-Length: 9223372036854775807\r\n\r\nabc")
    #expect(fixed.messages.first?.framing == .contentLength(.max))
    let chunked = Transcript(
      start + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc")
    #expect(chunked.error == nil)
    #expect(chunked.messages.first?.body == Array("abc".utf8))
  }

  @Test func chunkExtensionBytesOfAllChunks() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    expectEdge(
      limits { $0.chunkExtensionBytes = 8 },
      exact: start + "1;abc\r\nx\r\n0;a=b\r\n\r\n",
      beyond: start + "1;abc\r\nx\r\n0;a=bc\r\n\r\n", status: 400)
    let flood = start + "1;" + String(repeating: "a", count: 5000)
    #expect(Transcript(flood).status == 400)
  }

  @Test func chunkOverheadBytes() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let tiny = "1\r\nx\r\n"  // Four bytes more of framing than of content.
    expectEdge(
      limits { $0.chunkOverheadBytes = 13 },
      exact: start + tiny + tiny + "0\r\n\r\n", beyond: start + tiny + tiny + tiny + "0\r\n\r\n",
      status: 400)
    // A large chunk pays for them, and not for more than there have been.
    let large = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
    expectEdge(
      limits { $0.chunkOverheadBytes = 13 },
      exact: start + tiny + tiny + large + large + tiny + tiny + "0\r\n\r\n",
      beyond: start + large + large + tiny + tiny + tiny + tiny, status: 400)
  }

  @Test func trailerBytes() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    expectEdge(
      limits { $0.trailerBytes = 12 }, exact: start + "A: b\r\nC: d\r\n\r\n",
      beyond: start + "A: b\r\nC: de\r\n\r\n", status: 431)
    #expect(
      Transcript(start + "A: " + String(repeating: "b", count: 9000)).status == 431)
  }

  @Test func trailerCount() {
    let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    expectEdge(
      limits { $0.headerCount = 2 }, exact: start + "A: b\r\nC: d\r\n\r\n",
      beyond: start + "A: b\r\nC: d\r\nE: f\r\n\r\n", status: 431)
  }

  @Test func leadingEmptyLines() {
    expectEdge(
      limits { $0.leadingEmptyLines = 2 }, exact: "\r\n\r\n" + pilot,
      beyond: "\r\n\r\n\r\n" + pilot, status: 400)
  }

  @Test func sizesAreCapped() {
    let limits = limits {
      $0.headBytes = .max
      $0.targetBytes = .max
    }
    #expect(limits.headBytes == 16 * 1024 * 1024)
    #expect(limits.targetBytes == 16 * 1024 * 1024)
  }
}
