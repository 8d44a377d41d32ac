// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// Which file a path means: the manual's rules, and what no path may mean.
@Suite struct PathRows {
  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func rules(mode: TestMode) async throws {
    let site = try Site(table: [
      "index.html": "start", "files/index.html": "inner", "files/file.txt": "words",
      "files/A.JS": "code", "files/noextension": "x", "files/a.unknown": "x",
      "files/sub dir/ü.txt": "umlaut", "files/a..b.txt": "dots", "files/%41.txt": "percent",
      "files/a+b.txt": "plus", "files/a:b.txt": "colon", "files/empty.txt": "",
    ])
    let files = StaticFiles([
      "/": StaticFiles.Rule(site.path("index.html")),
      "/foo": .file(site.path("index.html"), contentType: "text/plain"),
      "/static": StaticFiles.Rule(site.root),
      "/static/test/": StaticFiles.Rule(site.root + "/"),
      "/static2/test/": .directory(site.root + "/", contentType: "image/gif"),
      "/slashed/": .directory(site.path("files")),
    ])
    let rows = [
      // The table of the Python implementation.
      Row("/", .file("start", Answer.html)),
      Row("/foo", .file("start", "text/plain")),
      Row("/foo/bar", .notFound),
      Row("/static/index.html", .file("start", Answer.html)),
      Row("/static/foo.bar", .notFound),
      Row("/static/test/index.html", .file("start", Answer.html)),
      Row("/static/test/", .file("start", Answer.html)),
      Row("/static/test/files/", .file("inner", Answer.html)),
      Row("/static/test/files/file.txt", .file("words", Answer.plain)),
      Row("/static/test/files/x.html", .notFound),
      Row("/static2/test/", .file("start", "image/gif")),
      Row("/static2/test/index.html", .file("start", "image/gif")),
      Row("/static2/test/files/", .file("inner", "image/gif")),
      Row("/static2/test/files/file.txt", .file("words", "image/gif")),
      Row("/static2/test/files/x.html", .notFound),
      Row("/bar/foo", .notFound),
      // Whole segments only; what is a file has nothing below it.
      Row("/staticx", .notFound), Row("/static..", .notFound), Row("/stati", .notFound),
      Row("/STATIC/index.html", .notFound), Row("/foo/", .notFound), Row("/index.html", .notFound),
      Row("/static/files/file.txt/", .notFound), Row("/static/files/file.txt/x", .notFound),
      // Directories redirect to their slash, and keep the query.
      Row("/static", .redirect("/static/")),
      Row("/static?a=b&c", .redirect("/static/?a=b&c")),
      Row("/static/files", .redirect("/static/files/")),
      Row("/static/files?", .redirect("/static/files/?")),
      Row("/static/test", .redirect("/static/test/")),
      Row("/slashed", .redirect("/slashed/")),
      Row("//static//files", .redirect("/static/files/")),
      Row("/static//files", .redirect("/static/files/")),
      Row("//evil.example/static/files", .notFound),
      Row("//evil.example/..//static/files", .redirect("/static/files/")),
      Row("/static/files/sub%20dir", .notFound), Row("/static/files/sub%20dir/", .notFound),
      Row("/slashed/", .file("inner", Answer.html)),
      Row("/slashed/file.txt", .file("words", Answer.plain)),
      // Spellings of one path.
      Row("/static/files/file.txt?v=1", .file("words", Answer.plain)),
      Row("/static/./files/file.txt", .file("words", Answer.plain)),
      Row("/static/files/../files/file.txt", .file("words", Answer.plain)),
      Row("/static/%66iles/file%2Etxt", .file("words", Answer.plain)),
      Row("/%73tatic/files//file.txt", .file("words", Answer.plain)),
      Row("/static/files/.", .file("inner", Answer.html)),
      Row("/static/files/..", .file("start", Answer.html)),
      Row("/static/files/sub%20dir/%C3%BC.txt", .file("umlaut", Answer.plain)),
      Row("/static/files/sub+dir/%C3%BC.txt", .notFound),
      Row("/static/files/a..b.txt", .file("dots", Answer.plain)),
      Row("/static/files/%2541.txt", .file("percent", Answer.plain)),
      Row("/static/files/A.txt", .notFound), Row("/static/files/%41.txt", .notFound),
      Row("/static/files/a+b.txt", .file("plus", Answer.plain)),
      Row("/static/files/a%2Bb.txt", .file("plus", Answer.plain)),
      Row("/static/files/a:b.txt", .file("colon", Answer.plain)),
      // Types by extension.
      Row("/static/files/A.JS", .file("code", Answer.script)),
      Row("/static/files/noextension", .file("x", Answer.bytes)),
      Row("/static/files/a.unknown", .file("x", Answer.bytes)),
      Row("/static/files/empty.txt", .file("", Answer.plain)),
    ]
    try await check(rows, files, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func nothingOutside(mode: TestMode) async throws {
    let site = try Site(table: [
      "a.txt": "a", "sub/b.txt": "b", "../secret.txt": "secret", "../root-sibling/s.txt": "sibling",
      ".env": "hidden", ".git/config": "hidden", "sub/.hidden": "hidden",
      ".well-known/security.txt": "contact", "..a/x": "hidden",
    ])
    try site.link("in", to: "sub/b.txt")
    try site.link("dir", to: "sub")
    try site.link("out", to: "../secret.txt")
    try site.link("outdir", to: "..")
    try site.link("etc", to: "/etc")
    try site.link("loop", to: "loop")
    try site.link("sub/b.txt.gz", to: "../../secret.txt")
    let files = StaticFiles(["/": .directory(site.root), "/s": .directory(site.root)])
    let missing = [
      "/../secret.txt", "/s/../../secret.txt", "/%2e%2e/secret.txt", "/s/%2e%2e/%2e%2e/secret.txt",
      "/.%2e/secret.txt", "/%2E./secret.txt", "/..%2fsecret.txt", "/s/..%2f..%2fsecret.txt",
      "/..%5csecret.txt", "/%5c..%5csecret.txt", "/sub%2fb.txt", "/sub%5cb.txt", "/s%2fa.txt",
      "/%252e%252e/secret.txt", "/..%252fsecret.txt", "/../root-sibling/s.txt",
      "/s/../root-sibling/s.txt", "/s../secret.txt", "/s-sibling/s.txt", "/sub/../../secret.txt",
      "//etc/passwd", "/s//etc/passwd", "/%2fetc/passwd", "/C:/windows/win.ini", "/c%3a/x",
      "/a.txt%00.html", "/a.txt%00", "/%00", "/%ff", "/%c0%ae%c0%ae/secret.txt", "/a.txt/",
      "/a.txt/.", "/a.txt/b", "/sub/..%00/../secret.txt", "/%E2%80%A5/secret.txt",
      "/%EF%BC%8E%EF%BC%8E/secret.txt", "/sub/....//secret.txt", "/.../secret.txt",
      "/a.txt%0d%0aset-cookie:%20a=b", "/s%0d%0ax:%20y", "/con", "/a.txt::$DATA",
      "/.env", "/.git/config", "/s/.git/config", "/sub/.hidden", "/%2eenv", "/..a/x", "/.git",
      "/out", "/outdir/secret.txt", "/outdir/root/a.txt", "/etc/passwd", "/loop", "/outdir/",
      "/" + String(repeating: "n", count: 300), "/" + String(repeating: "d/", count: 2000),
    ]
    var rows = missing.map { Row($0, .notFound) }
    rows += [
      Row("/a.txt", .file("a", Answer.plain)), Row("/s/sub/../a.txt", .file("a", Answer.plain)),
      Row("/in", .file("b", Answer.bytes)), Row("/dir/b.txt", .file("b", Answer.plain)),
      Row("/sub/b.txt", [.acceptEncoding: "gzip"], .file("b", Answer.plain)),
      Row("/.well-known/security.txt", .file("contact", Answer.plain)),
    ]
    try await check(rows, files, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func methods(mode: TestMode) async throws {
    let site = try Site(table: [
      "a.txt": "0123456789", "sub/index.html": "sub", "nothing/x": "x",
      "large.txt": String(repeating: "x", count: 100_000),
    ])
    let files = StaticFiles(["/": .directory(site.root)])
    let file = Answer.file("0123456789", Answer.plain)
    let large = Answer.file(String(repeating: "x", count: 100_000), Answer.plain)
    let rows = [
      Row("/a.txt", file), Row("/a.txt", file.withoutBody, method: .head),
      Row("/large.txt", large.withoutBody, method: .head), Row("/large.txt", large),
      Row("/large.txt", large.withoutBody, method: .head),
      Row("/sub", .redirect("/sub/"), method: .head),
      Row("/none", Answer.notFound.withoutBody, method: .head),
      Row("/a.txt", [.range: "bytes=0-1"], file.withoutBody, method: .head),
      Row("/a.txt", [.range: "bytes=99-"], file.withoutBody, method: .head),
      Row("/a.txt", [.ifNoneMatch: "*"], .notModified(Answer.tag(10)), method: .head),
      Row("/a.txt", [.ifMatch: "\"x\""], .preconditionFailed, method: .head),
      Row("/a.txt", .notAllowed, method: .post), Row("/a.txt", .notAllowed, method: .put),
      Row("/a.txt", .notAllowed, method: .delete), Row("/a.txt", .notAllowed, method: .patch),
      Row("/a.txt", .notAllowed, method: .init("PROPFIND")!),
      Row("/a.txt", [.ifMatch: "\"x\"", .range: "bytes=0-1"], .notAllowed, method: .post),
      Row("/sub/", .notAllowed, method: .post), Row("/sub", .notAllowed, method: .post),
      Row("/a.txt", .options, method: .options), Row("/sub/", .options, method: .options),
      Row("/none", .notFound, method: .post), Row("/nothing/", .notFound, method: .post),
      Row("/none", .notFound, method: .options),
    ]
    try await check(rows, files, mode)
  }
}
