// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// What can be configured.
@Suite struct OptionRows {
  private static let navigation: HTTPFields = [
    .accept: "text/html,application/xhtml+xml,*/*;q=0.8", .secFetchMode: "navigate",
  ]

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func caching(mode: TestMode) async throws {
    let site = try Site(table: [
      "a.txt": "a", "app.3f2a9c1b.js": "app", "app-0123456789abcdef.css": "css",
      "report-20261123.txt": "report", "log.20261123090500.txt": "log", "app.12345678.js": "n",
      "short.3f2a9c1.txt": "short", "3f2a9c1b.txt": "bare", "x.3f2a9c1b": "end",
      "x.3F2A9C1B.txt": "upper", "x-3f2a9c1g.txt": "g", "index.html": "index",
    ])
    let immutable = "public, max-age=31536000, immutable"
    func cached(_ answer: Answer, _ value: String) -> Answer {
      answer.with(["cache-control": value])
    }
    let files = StaticFiles([
      "/": .directory(site.root),
      "/own": .directory(site.root, cacheControl: .maxAge(seconds: 60)),
      "/one": .file(site.path("a.txt"), cacheControl: "private, no-store"),
      "/either": .init(site.path("a.txt"), cacheControl: .noStore),
    ])
    let plain = Answer.plain
    try await check(
      [
        Row("/a.txt", .file("a", plain)),
        Row("/app.3f2a9c1b.js", cached(.file("app", Answer.script), immutable)),
        Row(
          "/app-0123456789abcdef.css",
          cached(.file("css", "text/css; charset=utf-8"), immutable)),
        Row("/app.12345678.js", cached(.file("n", Answer.script), immutable)),
        Row("/report-20261123.txt", .file("report", plain)),
        Row("/log.20261123090500.txt", .file("log", plain)),
        Row("/short.3f2a9c1.txt", .file("short", plain)),
        Row("/3f2a9c1b.txt", .file("bare", plain)),
        Row("/x.3f2a9c1b", .file("end", Answer.bytes)),
        Row("/x.3F2A9C1B.txt", .file("upper", plain)),
        Row("/x-3f2a9c1g.txt", .file("g", plain)),
        Row("/own/a.txt", cached(.file("a", plain), "public, max-age=60")),
        Row("/own/app.3f2a9c1b.js", cached(.file("app", Answer.script), "public, max-age=60")),
        Row("/own/", cached(.file("index", Answer.html), "public, max-age=60")),
        Row("/one", cached(.file("a", plain), "private, no-store")),
        Row("/either", cached(.file("a", plain), "no-store")),
        Row(
          "/one", [.ifNoneMatch: "*"],
          cached(.notModified(Answer.tag(1)), "private, no-store")),
      ], files, mode)
    let other = StaticFiles(
      ["/": .directory(site.root)],
      configuration: .init(
        cacheControl: .maxAge(seconds: 5), isImmutable: { $0.hasPrefix("a.") },
        mediaTypes: ["TXT": "text/x-own"], defaultMediaType: "text/x-unknown", charset: nil,
        headerFields: [.contentSecurityPolicy: "default-src 'self'"]))
    func own(_ answer: Answer, _ value: String) -> Answer {
      answer.with(["cache-control": value, "content-security-policy": "default-src 'self'"])
    }
    try await check(
      [
        Row("/a.txt", own(.file("a", "text/x-own"), immutable)),
        Row(
          "/app.3f2a9c1b.js",
          own(.file("app", "application/javascript"), "public, max-age=5")),
        Row("/", own(.file("index", "text/html"), "public, max-age=5")),
        Row("/x.3f2a9c1b", own(.file("end", "text/x-unknown"), "public, max-age=5")),
      ], other, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func names(mode: TestMode) async throws {
    let site = try Site(table: [
      ".env": "env", ".well-known/a": "a", ".config/b": "b", "sub/c": "c", "../outside": "outside",
    ])
    try site.link("in", to: "sub/c")
    try site.link("out", to: "../outside")
    try site.link("absolute", to: site.path("sub/c"))
    func file(_ body: String) -> Answer { .file(body, Answer.bytes) }
    func files(_ configuration: StaticFiles.Configuration) -> StaticFiles {
      StaticFiles(["/": .directory(site.root)], configuration: configuration)
    }
    try await check(
      [
        Row("/.env", file("env")), Row("/.well-known/a", file("a")), Row("/.config/b", file("b")),
      ], files(.init(dotfiles: .served)), mode)
    try await check(
      [
        Row("/.env", .notFound), Row("/.well-known/a", .notFound), Row("/.config/b", file("b")),
      ], files(.init(dotfiles: .refused(except: [".config"]))), mode)
    try await check(
      [Row("/in", file("c")), Row("/out", .notFound), Row("/absolute", .notFound)],
      files(.init()), mode)
    try await check(
      [Row("/in", file("c")), Row("/out", file("outside")), Row("/absolute", file("c"))],
      files(.init(symbolicLinks: .followed)), mode)
    let strict = [
      Row("/in", .notFound), Row("/out", .notFound), Row("/absolute", .notFound),
      Row("/sub/c", file("c")),
    ]
    try await check(strict, files(.init(symbolicLinks: .refused)), mode)
    let walking = try StaticFiles(
      validating: ["/": .directory(site.root)], configuration: .init(),
      files: ConfinedFiles(links: .refused, asksKernel: false), now: coarseNanoseconds)
    try await check(strict, walking, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func fallback(mode: TestMode) async throws {
    let site = try Site(table: [
      "index.html": "app", "a.txt": "a", "admin/index.html": "admin", "index.html.gz": "app.gz",
      "other/page.html": "other",
    ])
    let files = StaticFiles(
      [
        "/": .directory(site.root), "/admin": .directory(site.path("admin")),
        "/other": .directory(site.path("other")), "/one": .file(site.path("a.txt")),
      ], configuration: .init(fallback: "index.html"))
    func app(_ answer: Answer) -> Answer {
      let vary = answer.fields["vary"].map { $0 + ", " } ?? ""
      return answer.with(["vary": vary + "accept, sec-fetch-mode"])
    }
    let page = app(.varying("app", Answer.html))
    let html: HTTPFields = [.accept: "text/html"]
    var rows = [
      Row("/users/7", Self.navigation, page), Row("/users/7?tab=1", html, page),
      Row("/users/7/", html, page), Row("/none.js", html, page),
      Row("/users/7", html, page.withoutBody, method: .head),
      Row("/users/7", [.accept: "*/*"], .notFound), Row("/users/7", .notFound),
      Row("/users/7", [.accept: "application/json"], .notFound),
      Row("/users/7", [.accept: "text/html;q=0"], .notFound),
      Row("/users/7", [.accept: "text/html;level=1;q=0.1"], page),
      Row("/users/7", [.accept: "text/html", .secFetchMode: "cors"], .notFound),
      Row("/users/7", html, .notFound, method: .post),
      Row("/.env", html, .notFound), Row("/../x", html, .notFound), Row("/%00", html, .notFound),
      Row("/a.txt", html, .file("a", Answer.plain)), Row("/", html, .varying("app", Answer.html)),
      Row("/admin/x", html, app(.file("admin", Answer.html))), Row("/other/x", html, .notFound),
      Row("/one/x", html, page),
    ]
    rows.append(
      Row(
        "/users/7", [.accept: "text/html", .ifNoneMatch: Answer.tag(3)],
        Answer.notModified(Answer.tag(3))
          .with(["vary": "accept-encoding, accept, sec-fetch-mode"])))
    rows.append(
      Row(
        "/users/7", [.accept: "text/html", .acceptEncoding: "gzip"],
        app(.varying("app.gz", Answer.html, "gzip"))))
    try await check(rows, files, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func notFoundPage(mode: TestMode) async throws {
    let site = try Site(table: [
      "404.html": "lost", "a.txt": "a", "sub/x": "x", "index.html": "home",
    ])
    let lost = Answer(
      404,
      [
        "content-type": Answer.html, "content-length": "4", "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      ], "lost")
    let files = StaticFiles(
      ["/": .directory(site.root), "/sub": .directory(site.path("sub"))],
      configuration: .init(notFoundPage: "404.html"))
    try await check(
      [
        Row("/none", lost), Row("/none/", lost), Row("/.env", .notFound),
        Row("/none", [.accept: "application/json"], lost), Row("/sub/none", .notFound),
        Row("/none", lost.withoutBody, method: .head), Row("/none", .notFound, method: .post),
        Row("/none", [.ifNoneMatch: "*"], lost), Row("/none", [.range: "bytes=0-1"], lost),
        Row("/none", [.ifMatch: "\"x\""], lost), Row("/404.html", .file("lost", Answer.html)),
        Row("/%00", .notFound),
      ], files, mode)
    let both = StaticFiles(
      ["/": .directory(site.root)],
      configuration: .init(fallback: "index.html", notFoundPage: "404.html"))
    try await check(
      [
        Row("/none", lost),
        Row(
          "/none", Self.navigation,
          Answer.file("home", Answer.html).with(["vary": "accept, sec-fetch-mode"])),
      ], both, mode)
  }

  @Test func whatTheNextApplicationHasToSayStays() async throws {
    let site = try Site(["404.html": "lost", "index.html": "home"])
    let next = HTTPHandler { request in
      switch request.path {
      case "/json": .text("{}", status: .notFound, contentType: "application/json")
      case "/found": .text("found")
      case "/bare": Response(status: .notFound)
      case "/thrown": throw HTTPError(.notFound)
      case "/forbidden": throw HTTPError(.forbidden)
      default: .notFound
      }
    }
    let lost = next.wrapped(
      by: StaticFiles(["/": .directory(site.root)], configuration: .init(notFoundPage: "404.html")))
    let spa = next.wrapped(
      by: StaticFiles(["/": .directory(site.root)], configuration: .init(fallback: "index.html")))
    func text(_ app: some HTTPApplication, _ path: String) async throws -> String {
      try await app.respond(to: Request(target: path, headerFields: Self.navigation)).text
    }
    #expect(try await text(lost, "/json") == "{}")
    #expect(try await text(lost, "/found") == "found")
    #expect(try await text(lost, "/bare") == "lost")
    #expect(try await text(lost, "/none") == "lost")
    #expect(try await text(lost, "/thrown") == "lost")
    #expect(try await text(spa, "/thrown") == "home")
    await #expect(throws: HTTPError.self) { try await text(lost, "/forbidden") }
    #expect(try await text(spa, "/found") == "found")
    #expect(try await text(spa, "/none") == "home")
  }

  @Test(
    arguments: [
      (.init(fallback: "/index.html"), .invalidPage("/index.html")),
      (.init(notFoundPage: "../404.html"), .invalidPage("../404.html")),
      (.init(fallback: ""), .invalidPage("")),
      (.init(cacheControl: "a\r\nb: c"), .invalidCacheControl("a\r\nb: c")),
      (.init(cacheControl: ""), .invalidCacheControl("")),
      (.init(mediaTypes: ["x": "a\nb"]), .invalidMediaType("a\nb")),
      (.init(defaultMediaType: ""), .invalidMediaType("")),
      (.init(charset: "\0"), .invalidMediaType("\0")),
      (.init(precompressed: [.init(coding: "", suffix: ".x")]), .invalidMediaType("")),
    ] as [(StaticFiles.Configuration, StaticFilesError)])
  func impossibleSettingsAreRefused(
    configuration: StaticFiles.Configuration, error: StaticFilesError
  ) {
    #expect(throws: error) { try StaticFiles(validating: [:], configuration: configuration) }
    #expect(!error.description.isEmpty)
  }
}
