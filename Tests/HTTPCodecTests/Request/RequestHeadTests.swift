// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import HTTPTypes
import NIOCore
import Testing

/// Parses one head, which has to be valid.
func parseHead(_ text: String) throws -> RequestHead {
  var buffer = ByteBuffer(string: text)
  var parser = RequestParser()
  guard case .head(let head) = try parser.next(in: &buffer) else { throw Incomplete() }
  return head
}

private struct Incomplete: Error {}

@Suite struct RequestHeadTests {
  @Test func originForm() throws {
    let head = try parseHead("GET /a%20b/c?d=e&f?g HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n")
    #expect(head.method == .get)
    #expect(head.version == .http1_1)
    #expect(head.targetForm == .origin)
    #expect(head.target == "/a%20b/c?d=e&f?g")
    #expect(head.path == "/a%20b/c")
    #expect(head.query == "d=e&f?g")
    #expect(head.authority == "www.example.com:80")
    #expect(head.bodyFraming == .none)
    #expect(head.withUnsafePathBytes { Array($0) } == Array("/a%20b/c".utf8))
  }

  @Test(arguments: [
    ("/a/b", 4), ("/a/b?", 4), ("/a?b?c", 2), ("http://a/b?c", 10), ("http://a", 8),
  ])
  func measuresTheTargetInFrontOfTheQuery(_ target: String, length: Int) throws {
    let head = try parseHead("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.targetLengthWithoutQuery == length)
  }

  @Test func queryMayBeEmptyOrAbsent() throws {
    #expect(try parseHead("GET / HTTP/1.1\r\nHost: a\r\n\r\n").query == nil)
    let head = try parseHead("GET /? HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.query == "")
    #expect(head.path == "/")
  }

  @Test(arguments: [
    ("http://www.Example.com/a?b", "/a", "b"), ("HTTPS://www.example.com/", "/", nil),
    ("http://www.example.com", "/", nil), ("http://www.example.com?b", "/", "b"),
    ("http://www.example.com/?", "/", ""), ("http://www.example.com?b/c", "/", "b/c"),
  ])
  func absoluteForm(_ target: String, path: String, query: String?) throws {
    let head = try parseHead("GET \(target) HTTP/1.1\r\nHost: WWW.example.com\r\n\r\n")
    #expect(head.targetForm == .absolute)
    #expect(head.target == target)
    #expect(head.path == path)
    #expect(head.query == query)
    #expect(head.authority?.lowercased() == "www.example.com")
    #expect(head.withUnsafePathBytes { Array($0) } == Array(path.utf8))
  }

  @Test func absoluteFormOfHTTP1_0NeedsNoHost() throws {
    let head = try parseHead("GET http://a:1/b HTTP/1.0\r\n\r\n")
    #expect(head.authority == "a:1")
  }

  @Test func otherForms() throws {
    let asterisk = try parseHead("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(asterisk.targetForm == .asterisk)
    #expect(asterisk.path == "*")
    let authority = try parseHead("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n")
    #expect(authority.targetForm == .authority)
    #expect(authority.path == "")
    #expect(authority.authority == "[::1]:443")
  }

  @Test(arguments: [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY", "get", "GETS",
    "PROPFIND", "VERSION-CONTROL-AND-MORE-CHARS", "!#$%&'*+-.^_`|~",
  ])
  func methods(_ name: String) throws {
    let head = try parseHead("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.method.rawValue == name)
    #expect(head.description == "\(name) / HTTP/1.1")
  }

  @Test(arguments: [
    ("HTTP/1.1", "X: y", true), ("HTTP/1.1", "Connection: keep-alive", true),
    ("HTTP/1.1", "Connection: close", false), ("HTTP/1.1", "connection: CLOSE", false),
    ("HTTP/1.1", "Connection: x, close ,y", false),
    ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close", false),
    ("HTTP/1.1", "Connection: close, keep-alive", false),
    ("HTTP/1.1", "Connection: closed", true), ("HTTP/1.1", "Connection: x close", true),
    ("HTTP/1.1", "Connection:", true), ("HTTP/1.1", "Connections: close", true),
    ("HTTP/1.0", "X: y", false), ("HTTP/1.0", "Connection: Keep-Alive", true),
    ("HTTP/1.0", "Connection: keep-alive, close", false),
  ])
  func keepsAlive(_ version: String, field: String, expected: Bool) throws {
    let head = try parseHead("GET / \(version)\r\nHost: a\r\n\(field)\r\n\r\n")
    #expect(head.keepsAlive == expected)
  }

  @Test(arguments: [
    ("HTTP/1.1", "Content-Length: 1\r\nExpect: 100-Continue", true),
    ("HTTP/1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked", true),
    ("HTTP/1.1", "Expect: 100-continue", false),
    ("HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0", false),
    ("HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1", false),
    ("HTTP/1.1", "Content-Length: 1", false),
  ])
  func expectsContinue(_ version: String, fields: String, expected: Bool) throws {
    let head = try parseHead("POST / \(version)\r\nHost: a\r\n\(fields)\r\n\r\n")
    #expect(head.expectsContinue == expected)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: WebSocket", true),
    ("GET / HTTP/1.1", "Upgrade: h2c, websocket\r\nConnection: keep-alive, Upgrade", true),
    ("GET / HTTP/1.1", "Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: Upgrade", true),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0", true),
    ("GET / HTTP/1.1", "Upgrade: websocket", false),
    ("GET / HTTP/1.1", "Connection: Upgrade", false),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: h2c", false),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websockets", false),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket/13", false),
    ("GET / HTTP/1.0", "Connection: Upgrade\r\nUpgrade: websocket", false),
    ("POST / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket", false),
    ("HEAD / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket", false),
  ])
  func isWebSocketUpgrade(_ line: String, fields: String, expected: Bool) throws {
    let head = try parseHead("\(line)\r\nHost: a\r\n\(fields)\r\n\r\n")
    #expect(head.isWebSocketUpgrade == expected)
  }

  @Test(arguments: [
    "a", "A.example.COM", "a:", "a:0", "a:65535", "127.0.0.1:8080", "a_b-c.d", "x%20y",
    "!$&'()*+;=~", "[::]", "[::1]:80", "[1:2:3:4:5:6:7:8]", "[1::8]", "[ABCD:ef01::]",
    "[::ffff:127.0.0.1]", "[1:2:3:4:5:6:1.2.3.4]:1", "[1:2:3:4:5:6:7::]",
  ])
  func validHosts(_ host: String) throws {
    let head = try parseHead("GET / HTTP/1.1\r\nHost: \t\(host) \t\r\n\r\n")
    #expect(head.authority == host)
  }
}
