// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

@Suite struct ResponseSerializerTests {
  private let date = DateField(HTTPDate(unixSeconds: 784_111_777))

  private func head(
    _ status: HTTPResponse.Status, _ fields: HTTPFields = [:],
    framing: ResponseSerializer.Framing = .none,
    connection: ResponseSerializer.Connection = .implied, date: DateField? = nil
  ) -> String {
    var buffer = ByteBuffer()
    ResponseSerializer.writeHead(
      status, fields, framing: framing, connection: connection, date: date, into: &buffer)
    return String(buffer: buffer)
  }

  @Test func writesTheTypicalResponse() {
    #expect(
      head(.ok, [.contentType: "text/plain"], framing: .contentLength(13), date: date)
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 13\r\n"
        + "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n")
  }

  @Test func appends() {
    var buffer = ByteBuffer(string: "before")
    ResponseSerializer.writeHead(
      .noContent, [:], framing: .none, date: nil, into: &buffer)
    #expect(String(buffer: buffer) == "beforeHTTP/1.1 204 No Content\r\n\r\n")
  }

  @Test(arguments: ["", "x", String(repeating: "y", count: 5000)])
  func appendsBodies(_ text: String) {
    var buffer = ByteBuffer(string: "head")
    var body = ByteBuffer(string: "skip" + text)
    body.moveReaderIndex(forwardBy: 4)
    ResponseSerializer.writeBody(body, into: &buffer)
    #expect(String(buffer: buffer) == "head" + text)
    #expect(String(buffer: body) == text)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (10, "10"), (99, "99"), (100, "100"), (1_000_000, "1000000"),
    (Int.max, "9223372036854775807"), (1_000_000_000_000_000_000, "1000000000000000000"),
    (-5, "0"),
  ])
  func rendersLengths(_ length: Int, text: String) {
    #expect(
      head(.ok, framing: .contentLength(length))
        == "HTTP/1.1 200 OK\r\ncontent-length: \(text)\r\n\r\n")
  }

  @Test func framings() {
    #expect(head(.ok, framing: .none) == "HTTP/1.1 200 OK\r\n\r\n")
    #expect(
      head(.ok, framing: .chunked) == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    #expect(head(.ok, framing: .untilClose) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    #expect(
      head(.notModified, framing: .contentLength(3))
        == "HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n")
  }

  @Test(arguments: [HTTPResponse.Status.continue, .switchingProtocols, .earlyHints, .noContent])
  func neverFramesWhatHasNoBody(_ status: HTTPResponse.Status) {
    let line = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\r\n"
    #expect(head(status, framing: .contentLength(3)) == line)
    #expect(head(status, framing: .chunked) == line)
  }

  @Test func connectionField() {
    #expect(
      head(.ok, connection: .keepAlive) == "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\n")
    #expect(head(.ok, connection: .close) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    #expect(
      head(.switchingProtocols, [.upgrade: "websocket"])
        == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nconnection: upgrade\r\n\r\n")
    #expect(
      head(.upgradeRequired, [.upgrade: "websocket"], connection: .close)
        == "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"
        + "connection: upgrade, close\r\n\r\n")
    #expect(
      head(.upgradeRequired, [.upgrade: "websocket"], connection: .keepAlive)
        == "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"
        + "connection: upgrade, keep-alive\r\n\r\n")
  }

  @Test func framingOfTheCallerWins() throws {
    let keepAlive = try #require(HTTPField.Name("keep-Alive"))
    let proxyConnection = try #require(HTTPField.Name("Proxy-Connection"))
    let shouting = try #require(HTTPField.Name("CONTENT-LENGTH"))
    let fields: HTTPFields = [
      .connection: "close", .transferEncoding: "gzip", .contentLength: "99", keepAlive: "timeout=5",
      proxyConnection: "close", shouting: "98", .contentType: "text/plain",
    ]
    #expect(
      head(.ok, fields, framing: .contentLength(1))
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 1\r\n\r\n")
    #expect(
      head(.ok, fields, framing: .chunked)
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n")
    #expect(head(.ok, fields) == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
  }

  @Test func dateOfTheApplicationWins() {
    #expect(
      head(.ok, [.date: "Thu, 01 Jan 1970 00:00:00 GMT"], date: date)
        == "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n")
  }

  @Test func controlBytesBecomeSpaces() throws {
    // The lenient initialiser lets controls other than CR, LF and NUL into a value.
    let lenient = HTTPField(name: .location, lenientValue: Array("a\u{1}b\u{7F}\tc".utf8))
    var fields = HTTPFields()
    fields.append(lenient)
    #expect(head(.ok, fields) == "HTTP/1.1 200 OK\r\nLocation: a b \tc\r\n\r\n")
  }

  @Test func fieldsCannotInjectLines() {
    let text = "a\r\nSet-Cookie: b\r\n\r\n<html>\u{0}"
    let out = head(.ok, [.location: text], framing: .contentLength(0))
    #expect(out.split(separator: "\r\n", omittingEmptySubsequences: false).count == 5)
    #expect(!out.contains("\u{0}"))
    let status = HTTPResponse.Status(code: 299, reasonPhrase: "a\r\nX: y")
    #expect(head(status).split(separator: "\r\n").count == 1)
  }

  @Test func longFieldsFit() throws {
    var fields = HTTPFields()
    var expected = "HTTP/1.1 200 OK\r\n"
    for length in [0, 1, 100, 200, 300, 1000, 70_000, 5] {
      let name = try #require(HTTPField.Name("x-\(length)"))
      let value = String(repeating: "v", count: length)
      fields.append(HTTPField(name: name, value: value))
      expected += "x-\(length): \(value)\r\n"
    }
    expected += "content-length: 1\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
    #expect(head(.ok, fields, framing: .contentLength(1), date: date) == expected)
  }

  @Test func manyFieldsFit() throws {
    for count in 0..<60 {
      var fields = HTTPFields()
      var expected = "HTTP/1.1 200 OK\r\n"
      for index in 0..<count {
        let name = try #require(HTTPField.Name("x-\(index)"))
        fields.append(HTTPField(name: name, value: "v\(index)"))
        expected += "x-\(index): v\(index)\r\n"
      }
      expected += "connection: close\r\ntransfer-encoding: chunked\r\n"
      expected += "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
      #expect(head(.ok, fields, framing: .chunked, connection: .close, date: date) == expected)
    }
  }

  @Test func informational() {
    var buffer = ByteBuffer()
    ResponseSerializer.writeInformational(.continue, into: &buffer)
    #expect(String(buffer: buffer) == "HTTP/1.1 100 Continue\r\n\r\n")
    buffer.clear()
    let link = HTTPField.Name("Link").map { HTTPField(name: $0, value: "</a>; rel=preload") }
    var fields = HTTPFields()
    if let link { fields.append(link) }
    ResponseSerializer.writeInformational(.earlyHints, fields, into: &buffer)
    #expect(
      String(buffer: buffer) == "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")
  }
}
