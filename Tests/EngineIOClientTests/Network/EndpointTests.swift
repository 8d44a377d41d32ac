// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import Testing

@testable import EngineIOClient

@Suite struct EndpointTests {
  @Test(arguments: [
    ("http://localhost", "http://localhost/engine.io/"),
    ("ws://localhost:80/", "http://localhost/engine.io/"),
    ("HTTPS://Example.com:443", "https://Example.com/engine.io/"),
    ("wss://example.com:8443/#top", "https://example.com:8443/engine.io/"),
    ("http://[::1]:5000", "http://[::1]:5000/engine.io/"),
    ("http://user:pass@10.0.0.1:5000/?a=b", "http://10.0.0.1:5000/engine.io/"),
    ("http://localhost/engine.io/", "http://localhost/engine.io/"),
  ])
  func identity(url: String, identity: String) throws {
    #expect(try Endpoint(url: url, path: "/engine.io/").identity == identity)
  }

  @Test func pathWithoutSlash() throws {
    let endpoint = try Endpoint(url: "http://localhost/?a=1", path: "eio")
    #expect(
      endpoint.target(.websocket, sid: nil, timestamp: nil) == "/eio?a=1&EIO=4&transport=websocket")
  }

  @Test(arguments: [
    ("https://other.example/x/?EIO=4&a=1", "https://other.example/x/", "a=1"),
    ("//other.example:81/x/", "http://other.example:81/x/", ""),
    ("/y/?transport=polling", "http://localhost:5000/y/", ""),
    ("z/", "http://localhost:5000/engine.io/z/", ""),
    ("?b=2", "http://localhost:5000/engine.io/", "b=2"),
  ])
  func redirects(location: String, identity: String, query: String) throws {
    let endpoint = try Endpoint(url: "http://localhost:5000", path: "/engine.io/")
    let redirected = try endpoint.redirected(to: location)
    #expect(redirected.identity == identity)
    #expect(redirected.query == query)
  }

  @Test func redirectsKeepSecretsFromOthers() throws {
    let endpoint = try Endpoint(url: "https://localhost:5000", path: "/engine.io/")
    let request = ClientRequest(
      endpoint: endpoint, transport: .polling, sid: nil, timestamp: nil,
      headerFields: [.authorization: "a", .cookie: "b", .userAgent: "c"], body: nil)
    #expect(try request.redirected(to: "/x/").headerFields == request.headerFields)
    #expect(
      try request.redirected(to: "https://other.example/").headerFields == [.userAgent: "c"])
    #expect(throws: EngineIOClientError.self) {
      try request.redirected(to: "http://localhost:5000/")
    }
  }

  @Test(arguments: [
    ([UInt8](), ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="),
    (Array("foo".utf8), "Zm9v"), (Array("foobar".utf8), "Zm9vYmFy"),
  ])
  func base64(bytes: [UInt8], text: String) {
    #expect(BasicCredentials.encode(bytes) == text)
  }
}

@Suite struct CookieJarTests {
  private func jar(_ cookies: [String], now: Int64 = 1000) -> CookieJar {
    var jar = CookieJar()
    var fields = HTTPFields()
    for cookie in cookies { fields.append(.init(name: .setCookie, value: cookie)) }
    jar.store(fields, now: now)
    return jar
  }

  @Test(
    arguments: [
      (["a=1"], "a=1"), (["a=1; Path=/; HttpOnly", "b= 2 ;SameSite=Lax"], "a=1; b=2"),
      (["a=1", "a=2"], "a=2"), (["a=1", "a=; Max-Age=0"], nil), (["a=1; max-age=-5"], nil),
      (["a=1; Expires=Thu, 01 Jan 1970 00:00:10 GMT"], nil),
      (["a=1; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Max-Age=9"], "a=1"),
      (["a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT"], "a=1"), (["a=x=y"], "a=x=y"),
      (["a"], nil), (["=1"], nil), ([""], nil), (["a=1; Max-Age=99999999999999999"], "a=1"),
      (["a=1; Max-Age=9223372036854775807"], "a=1"), (["a=1; Secure"], nil),
    ] as [([String], String?)])
  func values(cookies: [String], value: String?) {
    #expect(jar(cookies).value(isSecure: false, now: 1000) == value)
  }

  @Test func secureAndExpiring() {
    #expect(jar(["a=1; Secure"]).value(isSecure: true, now: 1000) == "a=1")
    let jar = jar(["a=1; Max-Age=10"])
    #expect(jar.value(isSecure: false, now: 1009) == "a=1")
    #expect(jar.value(isSecure: false, now: 1010) == nil)
  }

  @Test func bounded() throws {
    let value = try #require(jar((0..<200).map { "c\($0)=1" }).value(isSecure: false, now: 0))
    #expect(value.split(separator: ";").count == 50)
  }
}
