// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// Compressed siblings (RFC 9110 section 12.5.3).
@Suite struct EncodingRows {
  private static func accepting(_ value: String, _ answer: Answer, _ path: String = "/a.js") -> Row
  {
    Row(path, [.acceptEncoding: value], answer)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func siblings(mode: TestMode) async throws {
    let site = try Site(table: [
      "a.js": "script", "a.js.br": "br", "a.js.zst": "zst", "a.js.gz": "gzipped",
      "b.css": "style", "b.css.gz": "style.gz", "old.js": "new", "old.js.br": "old",
      "old.js.gz": "current", "c.txt": "c", "c.txt.gz/x": "a directory",
      "sub/index.html": "index", "sub/index.html.gz": "index.gz", "only.txt.gz": "nothing beside",
    ])
    try site.touch("old.js.br", seconds: 784_111_776)
    let identity = Answer.varying("script", Answer.script)
    let (br, zst) = (
      Answer.varying("br", Answer.script, "br"), Answer.varying("zst", Answer.script, "zstd")
    )
    let gzip = Answer.varying("gzipped", Answer.script, "gzip")
    let css = "text/css; charset=utf-8"
    let rows = [
      Row("/a.js", identity), Self.accepting("", identity),
      Self.accepting("gzip, deflate, br, zstd", br), Self.accepting("gzip, deflate", gzip),
      Self.accepting("zstd", zst), Self.accepting("br", br), Self.accepting("BR", br),
      Self.accepting("x-gzip", gzip), Self.accepting("gzip;q=0", identity),
      Self.accepting("gzip;q=0, *", br), Self.accepting("*", br), Self.accepting("*;q=0", identity),
      Self.accepting("br;q=0.5, gzip", gzip),
      Self.accepting("br;q=0.5,gzip;q=0.8,zstd;q=0.7", gzip),
      Self.accepting("br ; q=0.001", br), Self.accepting("br;q=0.000", identity),
      Self.accepting("br;Q=0.9, gzip;q=0.91", gzip), Self.accepting("br;q=2, gzip", gzip),
      Self.accepting("br;q=x", identity), Self.accepting("brotli", identity),
      Self.accepting("gzipped, xbr", identity), Self.accepting("identity", identity),
      Self.accepting("identity, gzip;q=0.5", identity),
      Self.accepting("identity;q=0.5, gzip", gzip),
      Self.accepting("identity, gzip", gzip), Self.accepting("identity;q=0", identity),
      Self.accepting("deflate", identity), Self.accepting(",, br ,", br),
      // Each is a representation of its own.
      Row("/a.js", [.acceptEncoding: "br"], br.withoutBody, method: .head),
      Row(
        "/a.js", [.acceptEncoding: "br", .ifNoneMatch: Answer.tag(2, "br")],
        Answer.notModified(Answer.tag(2, "br")).with(["vary": "accept-encoding"])),
      Row("/a.js", [.acceptEncoding: "br", .ifNoneMatch: Answer.tag(6)], br),
      Row("/a.js", [.acceptEncoding: "gzip", .ifNoneMatch: Answer.tag(2, "br")], gzip),
      Row(
        "/a.js", [.ifNoneMatch: Answer.tag(6)],
        Answer.notModified(Answer.tag(6)).with(["vary": "accept-encoding"])),
      Row("/a.js", [.acceptEncoding: "br", .ifMatch: Answer.tag(6)], .preconditionFailed),
      Row(
        "/a.js", [.acceptEncoding: "gzip", .range: "bytes=0-3"],
        Answer.part(0...3, of: "gzipped", Answer.script).with([
          "vary": "accept-encoding", "content-encoding": "gzip", "etag": Answer.tag(7, "gzip"),
        ])),
      Row("/a.js", [.acceptEncoding: "br", .range: "bytes=5-"], .unsatisfiable(2)),
      // What is there, what is current, what is a file.
      Self.accepting("br, gzip", .varying("style.gz", css, "gzip"), "/b.css"),
      Self.accepting("br", .varying("style", css), "/b.css"),
      Self.accepting("br, gzip", .varying("current", Answer.script, "gzip"), "/old.js"),
      Self.accepting("gzip", .file("c", Answer.plain), "/c.txt"),
      Self.accepting("gzip", .varying("index.gz", Answer.html, "gzip"), "/sub/"),
      Self.accepting("gzip", .redirect("/sub/"), "/sub"),
      // By its own name it is a file like any other.
      Self.accepting("gzip", .file("gzipped", "application/gzip"), "/a.js.gz"),
      Row("/a.js.zst", .file("zst", "application/zstd")),
      Self.accepting("gzip", .notFound, "/only.txt"),
      Row("/only.txt.gz", .file("nothing beside", "application/gzip")),
    ]
    try await check(rows, StaticFiles(["/": .directory(site.root)]), mode)
    let one = StaticFiles(["/one": .file(site.path("a.js"))])
    try await check(
      [Self.accepting("gzip, br", br, "/one"), Row("/one", identity)], one, mode)
    let none = StaticFiles(["/": .directory(site.root)], configuration: .init(precompressed: []))
    try await check([Self.accepting("gzip, br", .file("script", Answer.script))], none, mode)
    let gzipFirst = StaticFiles(
      ["/": .directory(site.root)], configuration: .init(precompressed: [.gzip, .brotli]))
    try await check(
      [Self.accepting("br, zstd, gzip", gzip), Self.accepting("zstd", identity)], gzipFirst, mode)
  }

  @Test func aSiblingMayNotLinkOut() throws {
    let site = try Site(["a.js": "script", "../secret": "secret", "b.js": "script", "c.js": "c"])
    try site.link("a.js.gz", to: "../secret")
    try site.link("b.js.gz", to: site.path("../secret"))
    let files = StaticFiles([
      "/": .directory(site.root), "/a": .file(site.path("a.js")), "/b": .file(site.path("b.js")),
    ])
    for path in ["/a.js", "/a", "/b.js", "/b"] {
      let response = try #require(try files.answer(path, [.acceptEncoding: "gzip"]))
      #expect(try response.text == "script")
      #expect(response.headerFields[.vary] == nil)
    }
  }
}
