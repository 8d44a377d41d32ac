// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import StaticFiles

@Suite struct DirectoryListingTests {
  private static let configuration = StaticFiles.Configuration(listsDirectories: true)

  private func names(_ html: String) -> [String] {
    html.split(separator: "\n").filter { $0.hasPrefix("<tr class=") }.compactMap { row in
      row.split(separator: "<a href=\"").dropFirst().first?
        .split(separator: "\">").dropFirst().first?.split(separator: "</a>").first.map(String.init)
    }
  }

  private func links(_ html: String) -> [String] {
    html.split(separator: "<a href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func showsWhatIsServed(mode: TestMode) async throws {
    let site = try Site([
      "a10.txt": "ten", "a2.txt": "two", "B.txt": "b", "z/x": "x", "Docs/index.html": "docs",
      ".env": "hidden", "big.bin": String(repeating: "x", count: 5000), "../outside": "outside",
      "back\\slash": "no request can have this",
    ])
    try site.touch("a2.txt", seconds: 784_111_777)
    try site.link("in", to: "B.txt")
    try site.link("indir", to: "z")
    try site.link("out", to: "../outside")
    try site.link("dangling", to: "nothing")
    try #require(mkfifo(site.path("fifo"), 0o644) == 0)
    let files = StaticFiles(["/files": .directory(site.root)], configuration: Self.configuration)
    try await files.application.test(mode) { client in
      let page = try await client.get("/files/")
      #expect(page.status == .ok)
      #expect(page.headerFields[.contentType] == "text/html; charset=utf-8")
      #expect(page.headerFields[.xContentTypeOptions] == "nosniff")
      #expect(page.headerFields[.cacheControl] == "no-cache")
      #expect(
        names(page.text) == [
          "..", "Docs/", "indir/", "z/", "a2.txt", "a10.txt", "B.txt", "big.bin", "in",
        ])
      #expect(page.text.contains("<data value=\"5000\">4.8 KiB</data>"))
      #expect(
        page.text.contains("<time datetime=\"1994-11-06T08:49:37Z\">1994-11-06 08:49</time>"))
      #expect(page.text.contains("3 folders, 5 files"))
      // Every link leads somewhere.
      for link in links(page.text) where link.hasPrefix("./") && link.count > 2 {
        guard !link.hasPrefix("./.") else { continue }
        #expect(try await client.get("/files/" + link.dropFirst(2)).status == .ok, "\(link)")
      }
      let head = try await client.send(.head, "/files/")
      #expect(head.headerFields[.contentLength] == page.headerFields[.contentLength])
      #expect(head.body.readableBytes == 0)
      #expect(try await client.get("/files").headerFields[.location] == "/files/")
      #expect(try await client.get("/files/z").headerFields[.location] == "/files/z/")
      #expect(try await client.get("/files/Docs/").text == "docs")
      #expect(try await client.send(.post, "/files/").status == .methodNotAllowed)
      for path in ["/files/none/", "/files/.git/", "/files/out/", "/files/a2.txt/", "/"] {
        #expect(try await client.get(path).status == .notFound, "\(path)")
      }
    }
  }

  @Test func namesAreTextAndLinksAreLinks() async throws {
    let name = "<script>alert('&\"')</script>".replacing("/", with: "")
    let site = try Site([
      name: "x", "a b?c#d%e.txt": "odd", "javascript:alert(1)": "scheme", "\u{202e}txt.exe": "rtl",
      "ü/x": "umlaut", "line\nbreak": "no request can have this", "'q'": "quotes",
    ])
    let files = StaticFiles(["/": .directory(site.root)], configuration: Self.configuration)
    let response = try await files.application.respond(to: Request(target: "/"))
    let page = try response.text
    #expect(!page.contains("<script>") && !page.contains("\u{202e}"))
    #expect(page.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;script&gt;"))
    let expected = [
      "./", "./%C3%BC/", "./&#39;q&#39;", "./%3Cscript%3Ealert(&#39;&amp;%22&#39;)%3Cscript%3E",
      "./a%20b%3Fc%23d%25e.txt", "./javascript:alert(1)", "./%E2%80%AEtxt.exe",
    ]
    #expect(Set(links(page)) == Set(expected))
    for link in expected {
      let target = link.dropFirst().replacing("&#39;", with: "'").replacing("&amp;", with: "&")
      #expect(try files.answer(String(target))?.status == .ok, "\(link)")
    }
    let inner = try await files.application.respond(to: Request(target: "/%C3%BC/"))
    #expect(try inner.text.contains("<title>/ü/</title>"))
    #expect(try links(inner.text).prefix(3) == ["./../", "./", "../"])
  }

  @Test func isOffUnlessAskedFor() throws {
    let site = try Site(["sub/x": "x"])
    let files = StaticFiles(["/": .directory(site.root)])
    for path in ["/", "/sub/", "/sub"] { #expect(try files.answer(path) == nil) }
  }

  @Test func aLargeDirectoryIsCutAndSaysSo() throws {
    let site = try Site(["a": "1", "b": "2", "c": "3"])
    let files = StaticFiles(["/": .directory(site.root)], configuration: Self.configuration)
    func page(maximumEntries: Int) throws -> String {
      try DirectoryListing(
        Place(root: site.root), path: "/", files.store, maximumEntries: maximumEntries
      ).response().text
    }
    #expect(names(try page(maximumEntries: 2)).count == 2)
    #expect(try page(maximumEntries: 2).contains("2 files, 2 B, and more"))
    #expect(names(try page(maximumEntries: 3)) == ["a", "b", "c"])
    #expect(try !page(maximumEntries: 3).contains("and more"))
  }

  @Test func leavesNoDescriptorsOpen() throws {
    let site = try Site(["sub/x": "x", "a": "a"])
    try site.link("in", to: "sub")
    let files = StaticFiles(["/": .directory(site.root)], configuration: Self.configuration)
    for path in ["/", "/sub/", "/sub", "/in/"] { #expect(try files.answer(path) != nil) }
    #expect(try openFiles(below: site.root) == [])
  }

  @Test(
    arguments: [
      ("a", "b"), ("a2", "a10"), ("A", "b"), ("a", "B"), ("a", "aa"), ("1", "2"), ("9", "10"),
      ("a1b2", "a1b10"), ("a01", "a2"), ("99999999999999999999", "100000000000000000000"),
      ("", "a"), ("A", "a"), ("a01", "a1"), ("1a", "a1"),
    ])
  func namesAreInNaturalOrder(first: String, second: String) {
    #expect(NaturalOrder.precedes(first, second))
    #expect(!NaturalOrder.precedes(second, first))
    #expect(!NaturalOrder.precedes(first, first))
  }
}
