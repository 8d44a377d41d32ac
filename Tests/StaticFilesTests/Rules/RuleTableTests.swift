// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

@Suite struct RuleTableTests {
  /// What a path is answered with: content and type, or nil for falling through.
  struct Case: Sendable, CustomTestStringConvertible {
    let path: String
    let expected: [String]?

    init(_ path: String, _ content: String, _ type: String) {
      self.path = path
      expected = [content, type]
    }

    init(_ path: String) {
      self.path = path
      expected = nil
    }

    var testDescription: String { path.isEmpty ? "(empty)" : path }
  }

  private static let html = "text/html; charset=utf-8"
  private static let plain = "text/plain; charset=utf-8"

  /// The table that the Python implementation tests its own resolution with.
  static let cases = [
    Case("/", "start", html),
    Case("/foo", "start", "text/plain"),
    Case("/foo/bar"),
    Case("/static/index.html", "start", html),
    Case("/static/foo.bar"),
    Case("/static/test/index.html", "start", html),
    Case("/static/test/", "start", html),
    Case("/static/test/files/", "inner", html),
    Case("/static/test/files/file.txt", "words", plain),
    Case("/static/test/files/x.html"),
    Case("/static2/test/", "start", "image/gif"),
    Case("/static2/test/index.html", "start", "image/gif"),
    Case("/static2/test/files/", "inner", "image/gif"),
    Case("/static2/test/files/file.txt", "words", "image/gif"),
    Case("/static2/test/files/x.html"),
    Case("/bar/foo"),
    Case(""),
    Case("/static/../../LICENSE"),
  ]

  private func rules(of site: Site) -> [String: StaticFiles.Rule] {
    [
      "/": StaticFiles.Rule(site.path("index.html")),
      "/foo": .file(site.path("index.html"), contentType: "text/plain"),
      "/static": StaticFiles.Rule(site.root),
      "/static/test/": StaticFiles.Rule(site.root + "/"),
      "/static2/test/": .directory(site.root + "/", contentType: "image/gif"),
    ]
  }

  private func makeSite() throws -> Site {
    let site = try Site([
      "index.html": "start", "files/index.html": "inner", "files/file.txt": "words",
      "test.gif.txt": "not the default", "../LICENSE": "out of reach",
    ])
    return site
  }

  @Test(arguments: cases) func resolves(_ row: Case) throws {
    let site = try makeSite()
    let answer = try StaticFiles(rules(of: site)).answer(row.path)
    #expect(try answer.map { [try $0.text, $0.contentType ?? ""] } == row.expected)
  }

  @Test(arguments: [
    ("index.html" as StaticFiles.Rule, html as String?),
    (.file("index.html"), html),
    (.file("index.html", contentType: "image/gif"), "image/gif"),
    (.file("test.gif"), nil),
  ])
  func theRuleOfTheEmptyURLNamesTheDefaultFile(rule: StaticFiles.Rule, type: String?) throws {
    let site = try makeSite()
    var rules = rules(of: site)
    rules[""] = rule
    let answer = try StaticFiles(rules).answer("/static/test/")
    #expect(answer?.contentType == type)
    #expect(try answer?.text == (type == nil ? nil : "start"))
  }

  @Test func withoutRulesNothingMatches() throws {
    #expect(try StaticFiles([:]).answer("/static/test/index.html") == nil)
  }

  @Test func theDefaultFileIsNoRuleByItself() throws {
    let site = try Site(["index.html": "home", "a.js": "code", "sub/start.html": "sub"])
    let both = StaticFiles(["/": .directory(site.root), "": "index.html"])
    #expect(try both.text("/a.js") == "code")
    #expect(try both.text("/") == "home")
    #expect(try StaticFiles(["": StaticFiles.Rule("index.html")]).answer("/a.js") == nil)
    let other = StaticFiles(["/": .directory(site.root), "": "sub/start.html"])
    #expect(try other.text("/") == "sub")
    #expect(try other.text("/sub/") == nil)
  }

  @Test func theTypeOfTheDefaultFileBeatsThatOfTheDirectory() throws {
    let site = try Site(["index.html": "home", "a.html": "a"])
    let files = StaticFiles([
      "/": .directory(site.root, contentType: "a/b"), "": .file("index.html", contentType: "c/d"),
    ])
    #expect(try files.answer("/")?.contentType == "c/d")
    #expect(try files.answer("/a.html")?.contentType == "a/b")
  }

  @Test func theLongestRunOfWholeSegmentsWins() throws {
    let site = try Site(["1/x": "1", "2/x": "2", "3/x": "3", "1/a/x": "hidden", "1/ab/x": "ab"])
    let files = StaticFiles([
      "/": .directory(site.path("1")), "/a": .directory(site.path("2")),
      "/a/b/c": .directory(site.path("3")),
    ])
    #expect(try files.text("/x") == "1")
    #expect(try files.text("/a/x") == "2")
    #expect(try files.text("/a/b/x") == nil)
    #expect(try files.text("/a/b/c/x") == "3")
    #expect(try files.text("/ab/x") == "ab")
  }

  @Test func aRuleIsNoPrefixOfASegment() throws {
    let site = try Site(["x": "x"])
    let files = StaticFiles(["/static": .directory(site.root)])
    #expect(try files.answer("/staticx") == nil)
    #expect(try files.answer("/static../x") == nil)
    #expect(try files.text("/static/x") == "x")
  }

  @Test func withAndWithoutASlashAreTwoURLs() throws {
    let site = try Site(["1/index.html": "one", "1/x": "1x", "2/index.html": "two", "2/x": "2x"])
    let files = StaticFiles(["/a": .directory(site.path("1")), "/a/": .directory(site.path("2"))])
    #expect(try files.text("/a/") == "two")
    #expect(try files.text("/a/x") == "1x")
    let mixed = StaticFiles(["/a": .file(site.path("1/x")), "/a/": .directory(site.path("2"))])
    #expect(try mixed.text("/a") == "1x")
    #expect(try mixed.text("/a/x") == "2x")
  }

  @Test func aFileHasOneURL() throws {
    let site = try Site(["about.html": "about", "more.html": "more"])
    let files = StaticFiles([
      "/about": StaticFiles.Rule(site.path("about.html")), "/more/": .file(site.path("more.html")),
      "/even/": StaticFiles.Rule(site.path("more.html")), "/dir": .directory(site.root),
    ])
    #expect(try files.text("/about") == "about")
    #expect(try files.text("/more/") == "more")
    #expect(try files.text("/even/") == "more")
    for path in ["/about/", "/about/x", "/more", "/more/x", "/even", "/dir/about.html/"] {
      #expect(try files.answer(path) == nil, "\(path)")
    }
  }

  @Test func aKindSaysWhatMayBeThere() throws {
    let site = try Site(["file": "x", "dir/index.html": "index"])
    let files = StaticFiles([
      "/file": .directory(site.path("file")), "/dir": .file(site.path("dir")),
    ])
    for path in ["/file", "/file/", "/dir", "/dir/", "/dir/index.html"] {
      #expect(try files.answer(path) == nil, "\(path)")
    }
  }

  @Test func directoriesWithoutTheirSlashRedirect() throws {
    let site = try Site(["index.html": "home", "sub dir/index.html": "sub", "empty/x": "x"])
    let files = StaticFiles(["/s": .directory(site.root), "/t/": .directory(site.root)])
    let locations = [
      "/s": "/s/", "/t": "/t/", "/s?q=/x": "/s/?q=/x", "/s/sub%20dir": "/s/sub%20dir/",
      "//s//sub%20dir": "/s/sub%20dir/", "/s/./sub%20dir?": "/s/sub%20dir/?",
    ]
    for (path, location) in locations {
      let response = try #require(try files.answer(path), "\(path)")
      #expect(response.status == .movedPermanently)
      #expect(response.headerFields[.location] == location)
      #expect(response.body.length == 0)
    }
    #expect(try files.answer("/s/empty") == nil)
    #expect(try files.answer("/s/empty/") == nil)
    #expect(try files.text("/s/") == "home")
  }

  @Test(
    arguments: [
      ("static", .invalidURL("static")), ("//", .invalidURL("//")), ("/a//b", .invalidURL("/a//b")),
      ("/a/../b", .invalidURL("/a/../b")), ("/./a", .invalidURL("/./a")),
      ("/a\\b", .invalidURL("/a\\b")), ("/a\0", .invalidURL("/a\0")),
    ] as [(String, StaticFilesError)])
  func refusesURLsThatNoRequestHas(url: String, error: StaticFilesError) {
    #expect(throws: error) { try StaticFiles(validating: [url: "x"]) }
  }

  @Test(
    arguments: [
      ("/a", "", .invalidPath("", url: "/a")), ("/a", "a\0b", .invalidPath("a\0b", url: "/a")),
      ("/a", .file("x", contentType: ""), .invalidContentType("", url: "/a")),
      ("/a", .file("x", contentType: "a\r\nb: c"), .invalidContentType("a\r\nb: c", url: "/a")),
      ("", "/index.html", .invalidDefaultFile("/index.html")),
      ("", "../x", .invalidDefaultFile("../x")), ("", "sub/", .invalidDefaultFile("sub/")),
      ("", .directory("x"), .invalidDefaultFile("x")),
    ] as [(String, StaticFiles.Rule, StaticFilesError)])
  func refusesImpossibleRules(url: String, rule: StaticFiles.Rule, error: StaticFilesError) {
    #expect(throws: error) { try StaticFiles(validating: [url: rule]) }
    #expect(!error.description.isEmpty)
  }

  @Test(arguments: ["/", "/a", "/a/", "/a b/ü", "/a?b", "/.well-known/x", "/..."])
  func takesURLsThatRequestsHave(url: String) throws {
    let site = try Site(["x": "x"])
    let rule = StaticFiles.Rule.file(site.path("x"))
    let files = try StaticFiles(validating: [url: rule])
    let encoded = percentEncoded(url)
    #expect(try files.text(encoded) == "x")
  }
}
