// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import DevelopmentServer

struct ProxyRuleTests {
  @Test func itsPartsAreRead() throws {
    let rule = try ProxyRule("/api=http://localhost:3000")
    #expect(rule.path == "/api")
    #expect(rule.scheme == "http")
    #expect(rule.host == "localhost")
    #expect(rule.port == 3000)
    #expect(rule.replacement == nil)
    #expect(rule.origin == "http://localhost:3000")
  }

  @Test(arguments: [
    ("/=http://a", "", "http://a", nil),
    ("/api/=http://a/", "/api", "http://a", ""),
    ("/api=HTTPS://a/v1/", "/api", "https://a", "/v1"),
    ("/a/b=http://[::1]:80/x=y", "/a/b", "http://[::1]", "/x=y"),
    ("/a=https://a:80", "/a", "https://a:80", nil),
  ])
  func itsSpellings(
    text: String, path: String, origin: String, replacement: String?
  ) throws {
    let rule = try ProxyRule(text)
    #expect(rule.path == path)
    #expect(rule.origin == origin)
    #expect(rule.replacement == replacement)
  }

  @Test(arguments: [
    ("api=http://localhost:3000", "has a path without a slash"), ("/api", "has no ="),
    ("", "has no ="),
    ("/api=localhost:3000", "has no http://"), ("/api=ftp://a", "is for ftp://"),
    ("/api=http://", "has no host"), ("/api=http://a:0", "no port"), ("/api=http://a:x", "no port"),
    ("/api=http://a:70000", "no port"), ("/api=http://a:", "no port"),
    ("/api=http://[::1", "has no host"), ("/api=http://[::1]x", "no port"),
    ("/api=http://u@a", "has a URL"), ("/api=http://a/?q", "has a URL"),
    ("/a?b=http://a", "has a path with"),
  ])
  func whatIsNoneIsExplained(text: String, problem: String) {
    let error = #expect(throws: ProxyRuleError.self) { try ProxyRule(text) }
    #expect(error?.description.contains(problem) ?? false, "\(error?.description ?? "")")
    #expect(error?.description.contains("/api=http://localhost:3000") ?? false)
  }
}
