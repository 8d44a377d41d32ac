// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPApp

struct RequestTests {
  private enum Number: RequestValueKey { typealias Value = Int }
  private enum Text: RequestValueKey { typealias Value = String }

  // MARK: Copy-on-write

  @Test func changesOneCopyOnly() {
    let original = Request(
      target: "/a?b", authority: "a", headerFields: [.accept: "x"], body: .empty)
    var copy = original
    copy.method = .post
    copy.target = "/c?d"
    copy.scheme = "https"
    copy.authority = "b"
    copy.headerFields[.accept] = "y"
    copy.body = RequestBody(.init(string: "body"))
    copy[Number.self] = 1
    #expect(original.method == .get)
    #expect(original.target == "/a?b" && original.path == "/a" && original.query == "b")
    #expect(original.scheme == "http")
    #expect(original.authority == "a")
    #expect(original.headerFields == [.accept: "x"])
    #expect(original.body.isEmpty)
    #expect(original[Number.self] == nil)
    #expect(copy.method == .post)
    #expect(copy.path == "/c" && copy.query == "d")
    #expect(copy.headerFields == [.accept: "y"])
    #expect(copy.body.length == 4)
    #expect(copy[Number.self] == 1)
  }

  @Test func keepsItsStorageWhenNobodyElseHasIt() {
    var request = Request()
    let before = ObjectIdentifier(request.storage)
    request.method = .put
    request[Number.self] = 1
    #expect(ObjectIdentifier(request.storage) == before)
  }

  @Test func isOneWordWide() {
    #expect(MemoryLayout<Request>.size == MemoryLayout<Int>.size)
  }

  // MARK: Target

  @Test(arguments: [
    ("/", "/", nil), ("/a/b", "/a/b", nil), ("/a?", "/a", ""), ("/a?b=c", "/a", "b=c"),
    ("/a?b?c", "/a", "b?c"), ("/%2F?%3F", "/%2F", "%3F"), ("*", "*", nil), ("", "", nil),
    ("?", "", ""), ("/ü?ö", "/ü", "ö"),
  ])
  func splitsTheTarget(target: String, path: String, query: String?) {
    let request = Request(target: target)
    #expect(request.path == path)
    #expect(request.query == query)
    #expect(request.target == target)
    #expect(request.mount == "")
  }

  @Test(arguments: [
    ("/api/users?q", "/api", "/users"), ("/api", "/api", ""), ("/api/", "/api", "/"),
    ("/api/users", "/api/", "/users"), ("/api", "/api/", ""), ("/a/b/c", "/a/b", "/c"),
    ("/x", "", "/x"), ("/x", "/", "/x"), ("/apis", "/api", nil), ("/ap", "/api", nil),
    ("/API/x", "/api", nil), ("*", "", nil), ("/ü/x", "/ü", "/x"), ("/%61pi", "/api", nil),
  ])
  func mounts(target: String, prefix: String, path: String?) {
    let request = Request(target: target)
    let mounted = request.mounted(at: prefix)
    #expect(mounted?.path == path)
    #expect(request.mount == "")
    guard let mounted else { return }
    #expect(mounted.mount + mounted.path == request.path)
    #expect(mounted.query == request.query)
    #expect(mounted.target == target)
  }

  @Test func mountsBelowAMount() throws {
    let request = Request(target: "/a/b/c?q")
    let mounted = try #require(request.mounted(at: "/a")?.mounted(at: "/b"))
    #expect(mounted.mount == "/a/b")
    #expect(mounted.path == "/c")
    #expect(mounted.query == "q")
    #expect(mounted.mounted(at: "/a") == nil)
  }

  @Test func beginsAnewWithANewTarget() throws {
    var request = try #require(Request(target: "/a/b").mounted(at: "/a"))
    request.target = "/c?d"
    #expect(request.mount == "")
    #expect(request.path == "/c")
    #expect(request.query == "d")
  }

  // MARK: Fields

  private final class Head: RequestHeadSource {
    let made = Mutex(0)
    let authority: String? = "a"

    func makeHeaderFields() -> HTTPFields {
      made.withLock { $0 += 1 }
      return [.accept: "from fields"]
    }

    func value(of name: HTTPField.Name) -> String? { name == .accept ? "from bytes" : nil }
  }

  private func received(_ head: Head) -> Request {
    Request(
      method: .get, target: "/", pathLength: 1, head: head, body: .empty, httpVersion: .http11,
      isWebSocketUpgrade: false, connection: ConnectionInfo(isSecure: true),
      informationalSender: nil)
  }

  @Test func makesFieldsOnceAndOnlyWhenAsked() {
    let head = Head()
    let request = received(head)
    #expect(request.headerValue(.accept) == "from bytes")
    #expect(request.headerValue(.server) == nil)
    #expect(head.made.withLock { $0 } == 0)
    let copy = request
    #expect(request.headerFields == [.accept: "from fields"])
    #expect(copy.headerFields == [.accept: "from fields"])
    var changed = request
    changed.method = .put
    #expect(changed.headerFields == [.accept: "from fields"])
    #expect(changed.authority == "a")
    #expect(head.made.withLock { $0 } == 1)
  }

  @Test func prefersWhatWasSet() {
    var request = received(Head())
    #expect(request.authority == "a")
    request.headerFields[.accept] = "set"
    #expect(request.authority == "a")
    request.authority = nil
    #expect(request.authority == nil)
    #expect(request.headerValue(.accept) == "set")
    request.headerFields = [:]
    #expect(request.headerValue(.accept) == nil)
  }

  @Test func joinsLinesOfAField() {
    var fields = HTTPFields()
    fields.append(HTTPField(name: .accept, value: "a"))
    fields.append(HTTPField(name: .accept, value: "b"))
    #expect(Request(headerFields: fields).headerValue(.accept) == "a, b")
  }

  @Test func takesTheSchemeFromTheConnection() {
    #expect(received(Head()).scheme == "https")
    #expect(Request().scheme == "http")
  }

  // MARK: Values

  @Test func keepsValuesByTheirKeys() {
    var request = Request()
    request[Number.self] = 1
    request[Text.self] = "one"
    #expect(request[Number.self] == 1)
    request[Number.self] = 2
    #expect(request[Number.self] == 2)
    request[Number.self] = nil
    #expect(request[Number.self] == nil)
    #expect(request[Text.self] == "one")
  }

  // MARK: Versions

  @Test func ordersVersions() {
    #expect(HTTPVersion.http10 < .http11 && .http11 < .http2)
    #expect("\(HTTPVersion.http11)" == "HTTP/1.1")
  }

  @Test(arguments: [
    (ConnectionInfo.Address.ip("127.0.0.1", port: 80), "127.0.0.1:80"),
    (.ip("::1", port: 80), "[::1]:80"), (.unix(path: "/run/a"), "unix:/run/a"),
  ])
  func describesAddresses(address: ConnectionInfo.Address, description: String) {
    #expect("\(address)" == description)
  }
}
