// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

@Suite struct RequestHeadFieldsTests {
  @Test func makesFieldsInOrder() throws {
    let head = try parseHead(
      "GET / HTTP/1.1\r\naccept:text/html\r\nHost: a\r\nX-Custom-Name: \t one two \t\r\n"
        + "Cookie: a=b\r\ncookie: c=d\r\nEmpty:\r\nSPACES:   \r\nx_y: z\r\n\r\n")
    let fields = head.makeHeaderFields()
    #expect(
      fields.map(\.description) == [
        "Accept: text/html", "X-Custom-Name: one two", "Cookie: a=b", "Cookie: c=d", "Empty: ",
        "SPACES: ", "x_y: z",
      ])
    #expect(head.fieldCount == 8)
  }

  @Test func findsSingleValues() throws {
    let head = try parseHead(
      "GET / HTTP/1.1\r\nHost: a\r\nACCEPT: x\r\nX-A: 1\r\nX-B: \r\nx-a:2\r\nCookie: a=b\r\n"
        + "cookie: c=d\r\nX-AA: 3\r\n\r\n")
    #expect(head.value(of: .accept) == "x")
    #expect(head[.accept] == "x")
    #expect(head.value(of: try #require(HTTPField.Name("x-A"))) == "1, 2")
    #expect(head.value(of: try #require(HTTPField.Name("X-B"))) == "")
    #expect(head.value(of: .cookie) == "a=b; c=d")
    #expect(head.value(of: try #require(HTTPField.Name("Host"))) == "a")
    #expect(head.value(of: .range) == nil)
    #expect(head.value(of: try #require(HTTPField.Name("X"))) == nil)
    #expect(head.value(of: try #require(HTTPField.Name("X-AAA"))) == nil)
    #expect(head.contains(.cookie))
    #expect(head.contains(try #require(HTTPField.Name("x-b"))))
    #expect(!head.contains(.range))
  }

  @Test func aValueThatLooksLikeAFieldIsNone() throws {
    let head = try parseHead("GET / HTTP/1.1\r\nHost: a\r\nX: Range: bytes=0-1\r\n\r\n")
    #expect(head.value(of: .range) == nil)
  }

  @Test func keepsBytesThatAreNoUTF8() throws {
    var buffer = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\nX: a")
    buffer.writeBytes([0xFF, 0x80])
    buffer.writeString("\r\n\r\n")
    var parser = RequestParser()
    guard case .head(let head) = try parser.next(in: &buffer) else {
      Issue.record("no head")
      return
    }
    let field = try #require(head.makeHeaderFields().first)
    #expect(field.withUnsafeBytesOfValue { Array($0) } == [0x61, 0xFF, 0x80])
    #expect(head.value(of: field.name) == "a\u{FFFD}\u{FFFD}")
  }

  @Test func outlivesTheBuffer() throws {
    var buffer = ByteBuffer(string: "GET /abc HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")
    var parser = RequestParser()
    guard case .head(let head) = try parser.next(in: &buffer) else {
      Issue.record("no head")
      return
    }
    buffer.clear()
    buffer.writeString(String(repeating: "?", count: 60))
    #expect(head.path == "/abc")
    #expect(head.makeHeaderFields().map(\.description) == ["X: y"])
  }
}
