// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import StaticFiles

@Suite struct URLPathTests {
  @Test(arguments: [
    ("", ""), ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.c", "/a/b.c"),
    ("//", "/"), ("//a///b", "/a/b"), ("/a//", "/a/"),
    ("/.", "/"), ("/./a/./b", "/a/b"), ("/a/.", "/a/"), ("/a/./", "/a/"),
    ("/a/..", "/"), ("/a/../b", "/b"), ("/a/b/../../c/", "/c/"), ("/a/b/..", "/a/"),
    ("/%61%2E%62", "/a.b"), ("/%2e", "/"), ("/a/%2e%2E/b", "/b"), ("/a/.%2e/b", "/b"),
    ("/%252e%252e/a", "/%2e%2e/a"), ("/%252f", "/%2f"), ("/a%20b+c", "/a b+c"),
    ("/%C3%BC", "/ü"), ("/ü", "/ü"), ("/...", "/..."), ("/..a/a..", "/..a/a.."),
    ("/%3F%23%25", "/?#%"), ("/.a", "/.a"),
  ])
  func resolves(raw: String, text: String) throws {
    #expect(try #require(URLPath(raw)).text.utf8.elementsEqual(text.utf8))
  }

  @Test(arguments: [
    "*", "a", "a/b", "http://host/a", "%2Fa",
    "/..", "/../a", "/a/../..", "/a/../../b", "/%2e%2e/a", "/.%2e", "/%2E./a", "/./..",
    "/%2f", "/a%2Fb", "/a/..%2fb", "/..%2f..%2fetc", "/%5c", "/a%5Cb", "/..%5c..", "/a\\b",
    "/%00", "/a%00.html", "/a\0", "/%0d", "/%0A", "/a\r\n",
    "/%", "/%4", "/a%", "/a%4", "/%zz", "/%4g", "/%-1", "/% 41", "/%%41",
    "/%ff", "/%c3", "/%C0%AF", "/%E0%80%AF", "/%ED%A0%80", "/%F4%90%80%80", "/%C3/%BC",
  ])
  func refuses(raw: String) {
    #expect(URLPath(raw) == nil)
  }

  @Test(arguments: [
    ("/a", "/a"), ("/a%20b", "/a%20b"), ("/%61", "/a"), ("/%25/", "/%25/"), ("/ü", "/%C3%BC"),
    ("/%3F%23%22%3C%3E", "/%3F%23%22%3C%3E"), ("/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"),
    ("/%7f%01", "/%7F%01"),
  ])
  func encodesBack(raw: String, encoded: String) throws {
    let path = try #require(URLPath(raw))
    #expect(percentEncoded(path.text) == encoded)
    #expect(URLPath(percentEncoded(path.text))?.text == path.text)
  }

  @Test func doesNotDependOnNativeStrings() throws {
    let bridged = String("/x/%61".dropFirst(2))
    #expect(try #require(URLPath(bridged)).text == "/a")
  }
}
