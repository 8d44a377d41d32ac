// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import Testing

/// Requests that must be refused, with the status that must be answered.
struct RefusedRequest: Sendable, CustomTestStringConvertible {
  var status: Int
  var text: String
  var testDescription: String { "\(status) \(text.debugDescription)" }

  /// A request of `line` and `fields`, where a valid Host is added.
  static func fields(_ status: Int, _ fields: String, _ line: String = "GET / HTTP/1.1") -> Self {
    Self(status: status, text: "\(line)\r\nHost: a\r\n\(fields)\r\n\r\n")
  }
  static func line(_ status: Int, _ line: String) -> Self {
    Self(status: status, text: "\(line)\r\nHost: a\r\n\r\n")
  }
  static func host(_ status: Int, _ fields: String, _ line: String = "GET / HTTP/1.1") -> Self {
    Self(status: status, text: "\(line)\r\n\(fields)\r\n\r\n")
  }
  static func body(_ status: Int, _ body: String) -> Self {
    Self(
      status: status,
      text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
  }
}

@Suite struct RequestParserRejectionTests {
  static let requestLines: [RefusedRequest] = [
    .line(400, "GET /"),
    .line(400, "GET / "),
    .line(400, "GET"),
    .line(400, "GET  / HTTP/1.1"),
    .line(400, "GET /  HTTP/1.1"),
    .line(400, "GET\t/ HTTP/1.1"),
    .line(400, "GET /\tHTTP/1.1"),
    .line(400, " GET / HTTP/1.1"),
    .line(400, "GET / HTTP/1.1 "),
    .line(400, "GET / HTTP/1.1\t"),
    .line(400, "GET /a b HTTP/1.1"),
    .line(400, "G@T / HTTP/1.1"),
    .line(400, "GE\u{0}T / HTTP/1.1"),
    .line(400, "G\u{E9}T / HTTP/1.1"),
    .line(400, "\u{16}\u{3}\u{1}\u{2}"),
    .line(400, "/ HTTP/1.1"),
    .line(400, "GET / http/1.1"),
    .line(400, "GET / HTTP"),
    .line(400, "GET / HTTP/"),
    .line(400, "GET / HTTP/1"),
    .line(400, "GET / HTTP/1.1.1"),
    .line(400, "GET / HTTP/11"),
    .line(400, "GET / HTTP/1.10"),
    .line(400, "GET / HTTP/01.1"),
    .line(400, "GET / HTTP/1,1"),
    .line(400, "GET / HTTP /1.1"),
    .line(400, "GET / HTTPS/1.1"),
    .line(400, "GET / HTTP/a.b"),
    .line(400, "GET / HTTP/0.9"),
    .line(505, "GET / HTTP/1.2"),
    .line(505, "GET / HTTP/1.9"),
    .line(505, "GET / HTTP/2.0"),
    .line(505, "GET / HTTP/3.0"),
    .line(505, "GET / HTTP/9.9"),
    RefusedRequest(status: 505, text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    RefusedRequest(status: 400, text: "GET /\r\n"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\nHost: a\n\n"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\rHost: a\r\r"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
    RefusedRequest(status: 400, text: "GET / HTTP/\r\r1.1\r\nHost: a\r\n\r\n"),
    RefusedRequest(status: 400, text: "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    RefusedRequest(status: 400, text: "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    RefusedRequest(status: 400, text: "\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    RefusedRequest(status: 501, text: String(repeating: "A", count: 33)),
  ]

  static let targets: [RefusedRequest] = [
    .line(400, "GET /a#b HTTP/1.1"),
    .line(400, "GET /a?b#c HTTP/1.1"),
    .line(400, "GET # HTTP/1.1"),
    .line(400, "GET /a\\b HTTP/1.1"),
    .line(400, "GET /?a\\b HTTP/1.1"),
    .line(400, "GET /\u{E9} HTTP/1.1"),
    .line(400, "GET /?\u{E9} HTTP/1.1"),
    .line(400, "GET /a\u{0}b HTTP/1.1"),
    .line(400, "GET /a\u{7F}b HTTP/1.1"),
    .line(400, "GET /a\u{B}b HTTP/1.1"),
    .line(400, "GET a HTTP/1.1"),
    .line(400, "GET a/b HTTP/1.1"),
    .line(400, "GET ?a HTTP/1.1"),
    .line(400, "GET * HTTP/1.1"),
    .line(400, "POST * HTTP/1.1"),
    .line(400, "OPTIONS ** HTTP/1.1"),
    .line(400, "OPTIONS *? HTTP/1.1"),
    .line(400, "GET a:80 HTTP/1.1"),
    .line(400, "GET http: HTTP/1.1"),
    .line(400, "GET http:/a HTTP/1.1"),
    .line(400, "GET http:// HTTP/1.1"),
    .line(400, "GET http:///a HTTP/1.1"),
    .line(400, "GET http://?a HTTP/1.1"),
    .line(400, "GET ftp://a/ HTTP/1.1"),
    .line(400, "GET httpx://a/ HTTP/1.1"),
    .line(400, "GET http://user@a/ HTTP/1.1"),
    .line(400, "GET http://a,b/ HTTP/1.1"),
    .line(400, "GET http://a:x/ HTTP/1.1"),
    .line(400, "GET http://b/ HTTP/1.1"),
    .line(400, "GET http://a:80/ HTTP/1.1"),
    .line(400, "CONNECT / HTTP/1.1"),
    .line(400, "CONNECT a HTTP/1.1"),
    .line(400, "CONNECT a: HTTP/1.1"),
    .line(400, "CONNECT a:80?b HTTP/1.1"),
    .line(400, "CONNECT http://a/ HTTP/1.1"),
    .host(400, "Host: b:80", "CONNECT a:80 HTTP/1.1"),
  ]

  static let hosts: [RefusedRequest] = [
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\r\n\r\n"),
    .host(400, "Hosts: a"),
    .host(400, "Host:"),
    .host(400, "Host: "),
    .host(400, "Host:\t"),
    .host(400, "Host: a\r\nHost: a"),
    .host(400, "Host: a\r\nhOST: b"),
    .host(400, "Host: a\r\nHost: a", "GET / HTTP/1.0"),
    .host(400, "Host: a, b", "GET / HTTP/1.0"),
    .host(400, "Host: a,b"),
    .host(400, "Host: a b"),
    .host(400, "Host: user@a"),
    .host(400, "Host: user:pw@a"),
    .host(400, "Host: a/b"),
    .host(400, "Host: a?b"),
    .host(400, "Host: a#b"),
    .host(400, "Host: a\\b"),
    .host(400, "Host: http://a"),
    .host(400, "Host: :80"),
    .host(400, "Host: a:80:80"),
    .host(400, "Host: a:-1"),
    .host(400, "Host: a:0x50"),
    .host(400, "Host: a:65536"),
    .host(400, "Host: a:000080"),
    .host(400, "Host: a%"),
    .host(400, "Host: a%2"),
    .host(400, "Host: a%zz"),
    .host(400, "Host: \u{E9}"),
    .host(400, "Host: a\u{0}"),
    .host(400, "Host: <a>"),
    .host(400, "Host: a\"b"),
    .host(400, "Host: [::1"),
    .host(400, "Host: [::1]x"),
    .host(400, "Host: [::1%25eth0]"),
    .host(400, "Host: [v1.a]"),
    .host(400, "Host: []"),
    .host(400, "Host: [1:2:3]"),
    .host(400, "Host: [1:2:3:4:5:6:7:8:9]"),
    .host(400, "Host: [1::2::3]"),
    .host(400, "Host: [12345::]"),
    .host(400, "Host: [:1]"),
    .host(400, "Host: [1:]"),
    .host(400, "Host: [::1.2.3]"),
    .host(400, "Host: [::1.2.3.256]"),
    .host(400, "Host : a"),
    .host(400, " Host: a"),
  ]

  static let fieldLines: [RefusedRequest] = [
    .fields(400, "X : y"),
    .fields(400, "X\t: y"),
    .fields(400, " X: y"),
    .fields(400, "\tX: y"),
    .fields(400, "X: y\r\n folded"),
    .fields(400, "X: y\r\n\tfolded"),
    .fields(400, "X: y\r\n "),
    .fields(400, "X"),
    .fields(400, "X y"),
    .fields(400, ": y"),
    .fields(400, ":"),
    .fields(400, "X[]: y"),
    .fields(400, "X(y): z"),
    .fields(400, "X\u{0}: y"),
    .fields(400, "X\u{7F}: y"),
    .fields(400, "\u{E9}: y"),
    .fields(400, "X: a\u{0}b"),
    .fields(400, "X: a\u{1}b"),
    .fields(400, "X: a\u{7}b"),
    .fields(400, "X: a\u{8}b"),
    .fields(400, "X: a\u{B}b"),
    .fields(400, "X: a\u{C}b"),
    .fields(400, "X: a\u{1B}b"),
    .fields(400, "X: a\u{1F}b"),
    .fields(400, "X: a\u{7F}b"),
    .fields(400, "X: 0123456789abcdef0123456789abcdef\u{7F}"),
    .fields(400, "X: a\rb"),
    .fields(400, "X: a\r\rb"),
    .fields(400, "X: a\nY: b"),
    .fields(400, "X: a\n\r"),
    .fields(400, "X:\r y"),
    .fields(400, "\nX: a"),
    .fields(417, "Expect: 200-ok"),
    .fields(417, "Expect:"),
    .fields(417, "Expect: 100-continue, x"),
    .fields(417, "Expect: 100-continue\r\nExpect: x"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\r\nHost: a\r\n\r\r"),
    RefusedRequest(status: 400, text: "GET / HTTP/1.1\r\nHost: a\n\r\n"),
  ]

  static let framing: [RefusedRequest] = [
    .fields(400, "Content-Length: 5\r\nTransfer-Encoding: chunked"),
    .fields(400, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
    .fields(400, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: close"),
    .fields(400, "Content-Length: 5\r\nContent-Length: 6"),
    .fields(400, "Content-Length: 5\r\nContent-Length: 5"),
    .fields(400, "Content-Length: 5\r\ncontent-length: 5"),
    .fields(400, "Content-Length: 5, 5"),
    .fields(400, "Content-Length: 5, 6"),
    .fields(400, "Content-Length: 5,"),
    .fields(400, "Content-Length:"),
    .fields(400, "Content-Length: "),
    .fields(400, "Content-Length: +5"),
    .fields(400, "Content-Length: -5"),
    .fields(400, "Content-Length: -0"),
    .fields(400, "Content-Length: 05"),
    .fields(400, "Content-Length: 00"),
    .fields(400, "Content-Length: 0x5"),
    .fields(400, "Content-Length: 5_0"),
    .fields(400, "Content-Length: 5 0"),
    .fields(400, "Content-Length: 5.0"),
    .fields(400, "Content-Length: 5e1"),
    .fields(400, "Content-Length: \u{A0}5"),
    .fields(400, "Content-Length: \u{663}"),
    .fields(400, "Content-Length: five"),
    .fields(400, "Content-Length: 9223372036854775808"),
    .fields(400, "Content-Length: 18446744073709551616"),
    .fields(400, "Content-Length: 18446744073709551621"),
    .fields(400, "Content-Length: 99999999999999999999999999999999"),
    .fields(400, "Content-Length : 5"),
    .fields(400, "Transfer-Encoding:"),
    .fields(400, "Transfer-Encoding: ,"),
    .fields(400, "Transfer-Encoding: chunked,"),
    .fields(400, "Transfer-Encoding: ,chunked"),
    .fields(400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    .fields(400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    .fields(501, "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
    .fields(400, "Transfer-Encoding: chunked, chunked"),
    .fields(400, "Transfer-Encoding: chunked, identity"),
    .fields(400, "Transfer-Encoding: chunked, gzip"),
    .fields(400, "Transfer-Encoding: chunked;q=1"),
    .fields(400, "Transfer-Encoding: \"chunked\""),
    .fields(400, "Transfer-Encoding: chunk ed"),
    .fields(400, "Transfer-Encoding: chunked\u{B}"),
    .fields(400, "Transfer-Encoding: \u{C}chunked"),
    .fields(400, "Transfer-Encoding: chunked\u{0}"),
    .fields(400, "Transfer-Encoding: \u{A0}chunked"),
    .fields(400, "Transfer-Encoding : chunked"),
    .fields(400, "Transfer-Encoding\r\n: chunked"),
    .fields(501, "Transfer-Encoding: xchunked"),
    .fields(501, "Transfer-Encoding: chunked-x"),
    .fields(501, "Transfer-Encoding: identity"),
    .fields(501, "Transfer-Encoding: gzip"),
    .fields(501, "Transfer-Encoding: gzip, chunked"),
    .fields(400, "Transfer-Encoding: chunked", "POST / HTTP/1.0"),
    .fields(
      400, "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5"),
    .fields(
      400, "Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked"),
  ]

  static let chunkedBodies: [RefusedRequest] = [
    .body(400, "\r\n"),
    .body(400, " 5\r\nhello\r\n0\r\n\r\n"),
    .body(400, "5 \r\nhello\r\n0\r\n\r\n"),
    .body(400, "5\t\r\nhello\r\n0\r\n\r\n"),
    .body(400, "0x5\r\nhello\r\n0\r\n\r\n"),
    .body(400, "+5\r\nhello\r\n0\r\n\r\n"),
    .body(400, "-5\r\nhello\r\n0\r\n\r\n"),
    .body(400, "0_2e\r\n"),
    .body(400, "5_0\r\n"),
    .body(400, "g\r\n"),
    .body(400, "5g\r\n"),
    .body(400, ";a\r\n"),
    .body(400, "8000000000000000\r\n"),
    .body(400, "ffffffffffffffff\r\n"),
    .body(400, "10000000000000005\r\n"),
    .body(400, "00000000000000005\r\n"),
    .body(400, "1\r\na\r\n7fffffffffffffff\r\n"),
    .body(400, "5\nhello\r\n0\r\n\r\n"),
    .body(400, "5\rhello"),
    .body(400, "5\r\nhello0\r\n\r\n"),
    .body(400, "5\r\nhello world\r\n0\r\n\r\n"),
    .body(400, "5\r\nhello\n0\r\n\r\n"),
    .body(400, "5\r\nhello\r0\r\n\r\n"),
    .body(400, "5\r\nhello\r\n\r\n0\r\n\r\n"),
    .body(400, "5;\r\nhello\r\n"),
    .body(400, "5;;a\r\nhello\r\n"),
    .body(400, "5;=a\r\nhello\r\n"),
    .body(400, "5;a=\r\nhello\r\n"),
    .body(400, "5;a=b=c\r\nhello\r\n"),
    .body(400, "5; a\r\nhello\r\n"),
    .body(400, "5 ;a\r\nhello\r\n"),
    .body(400, "5;a =b\r\nhello\r\n"),
    .body(400, "5;a= b\r\nhello\r\n"),
    .body(400, "5;a=\"b\r\nhello\"\r\n"),
    .body(400, "5;a=\"b\\\r\n\"\r\n"),
    .body(400, "5;a=\"b\"c\r\nhello\r\n"),
    .body(400, "5;a\nb\r\nhello\r\n"),
    .body(400, "5;a\rb\r\nhello\r\n"),
    .body(400, "5;a\u{0}\r\nhello\r\n"),
    .body(400, "5;a=\u{0}\r\nhello\r\n"),
    .body(400, "5;a=\"\u{0}\"\r\nhello\r\n"),
    .body(400, "0\r\nX : y\r\n\r\n"),
    .body(400, "0\r\n X: y\r\n\r\n"),
    .body(400, "0\r\nX: y\r\n z\r\n\r\n"),
    .body(400, "0\r\nX\r\n\r\n"),
    .body(400, "0\r\n: y\r\n\r\n"),
    .body(400, "0\r\nX: y\u{0}\r\n\r\n"),
    .body(400, "0\r\nX: y\n\r\n"),
    .body(400, "0\r\nContent-Length: 5\r\n\r\n"),
    .body(400, "0\r\nX: y\r\ntransfer-encoding: chunked\r\n\r\n"),
    .body(400, "0\r\n\n"),
    .body(400, "0\r\n\rX"),
    .body(400, "0\n\r\n"),
  ]

  @Test(arguments: requestLines + targets + hosts + fieldLines + framing + chunkedBodies)
  func refusesWithStatus(_ refused: RefusedRequest) {
    let whole = Transcript(refused.text)
    #expect(whole.status == refused.status, "\(whole)")
    #expect(whole.messages.allSatisfy { !$0.isComplete || $0.framing == .none })
  }

  @Test(arguments: requestLines + targets + hosts + fieldLines + framing + chunkedBodies)
  func refusalDoesNotDependOnThePieces(_ refused: RefusedRequest) throws {
    let all = Transcript.everySplit(refused.text)
    let whole = try #require(all.first)
    for transcript in all { #expect(transcript == whole) }
  }

  @Test(arguments: requestLines + targets + hosts + fieldLines + framing + chunkedBodies)
  func refusesBehindAValidRequest(_ refused: RefusedRequest) throws {
    // An empty line may stand before any request, so it must not count against the next.
    let whole = Transcript(refused.text)
    let all = Transcript.everySplit(pilot + refused.text)
    for transcript in all {
      #expect(transcript.error == whole.error)
      #expect(transcript.messages.first?.line == "GET /pilot HTTP/1.1 origin path=/pilot query=-")
      #expect(transcript.messages.count == 1 + whole.messages.count)
    }
  }
}
