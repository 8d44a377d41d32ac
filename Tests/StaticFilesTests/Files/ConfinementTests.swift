// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

/// Nothing but regular files below the root of a rule.
@Suite struct ConfinementTests {
  private let site: Site
  private let files: StaticFiles
  /// As where the system has no call that confines.
  private let walking: StaticFiles

  init() throws {
    site = try Site([
      "a.txt": "a", "sub/b.txt": "b", "sub/index.html": "sub", "sub/deep/c.txt": "c",
      "../secret.txt": "secret", "../root-sibling/s.txt": "sibling",
      ".env": "hidden", ".git/config": "hidden", "sub/.hidden": "hidden",
      ".well-known/security.txt": "contact", ".well-known-not/x": "hidden",
      "a..b": "dots", "%2e%2e": "percent",
    ])
    let rules: [String: StaticFiles.Rule] = [
      "/s": .directory(site.root), "/": .directory(site.root),
    ]
    files = StaticFiles(rules)
    walking = try StaticFiles(validating: rules, configuration: .init(), asksKernel: false)
  }

  @Test(arguments: [
    "/../secret.txt", "/s/../../secret.txt", "/%2e%2e/secret.txt", "/s/%2e%2e/%2e%2e/secret.txt",
    "/.%2e/secret.txt", "/%2E./secret.txt", "/..%2fsecret.txt", "/s/..%2f..%2fsecret.txt",
    "/..%5csecret.txt", "/..\\secret.txt", "/%5c..%5csecret.txt", "/sub%2fb.txt", "/sub%5cb.txt",
    "/%252e%252e/secret.txt", "/..%252fsecret.txt", "/../root-sibling/s.txt",
    "/s/../root-sibling/s.txt", "/s../secret.txt", "/s-sibling/s.txt", "/sub/../../secret.txt",
    "//etc/passwd", "/s//etc/passwd", "/%2fetc/passwd", "/C:/windows/win.ini", "/c%3a/x",
    "/a.txt%00.html", "/a.txt%00", "/%00", "/a.txt%", "/%ff", "/a.txt/", "/a.txt/.", "/a.txt/b",
    "/sub/..%00/../secret.txt", "/\u{2025}/secret.txt", "/\u{ff0e}\u{ff0e}/secret.txt",
    "/%c0%ae%c0%ae/secret.txt", "/sub/....//secret.txt", "/.../secret.txt",
    "/.env", "/.git/config", "/s/.git/config", "/sub/.hidden", "/%2eenv", "/.well-known-not/x",
  ])
  func leadsNowhere(path: String) throws {
    for files in [files, walking] { #expect(try files.answer(path) == nil) }
  }

  @Test(arguments: [
    ("/a.txt", "a"), ("/s/sub/../a.txt", "a"), ("/./sub/%62.txt", "b"), ("/sub//deep/c.txt", "c"),
    ("/a..b", "dots"), ("/%252e%252e", "percent"), ("/.well-known/security.txt", "contact"),
    ("/s/sub/", "sub"), ("/sub/deep/..", "sub"),
  ])
  func leadsToAFile(path: String, content: String) throws {
    for files in [files, walking] { #expect(try files.text(path) == content) }
  }

  @Test func longNamesAndPathsAreJustMissing() throws {
    #expect(try files.answer("/" + String(repeating: "n", count: 300)) == nil)
    #expect(try files.answer("/" + String(repeating: "n", count: 70_000)) == nil)
    #expect(try files.answer(String(repeating: "/d", count: 35_000)) == nil)
    #expect(try files.answer(String(repeating: "/sub/..", count: 10_000) + "/a.txt")?.text == "a")
  }

  @Test(arguments: [
    ("inside", "a.txt", "a"), ("sub/up", "../a.txt", "a"), ("sub/deep/up", "../../sub/b.txt", "b"),
    ("twice", "inside-dir/b.txt", "b"), ("hidden-target", ".env", "hidden"),
    ("sub/self", "./././b.txt", "b"),
  ])
  func linksInsideAreFollowed(name: String, target: String, content: String) throws {
    try site.link("inside-dir", to: "sub")
    try site.link(name, to: target)
    for files in [files, walking] {
      #expect(try files.text("/" + name) == content)
      #expect(try files.text("/inside-dir/deep/c.txt") == "c")
    }
  }

  @Test(arguments: [
    ("out", "../secret.txt", "/out"), ("out", "/etc/passwd", "/out"),
    ("out", "..", "/out/secret.txt"), ("out", "../root/a.txt", "/out"),
    ("out", "/etc", "/out/passwd"), ("out", "../root-sibling", "/out/s.txt"),
    ("sub/out", "../../secret.txt", "/sub/out"), ("out", "sub/../../secret.txt", "/out"),
    ("loop", "loop", "/loop"), ("loop", "loop/a.txt", "/loop/a.txt"), ("loop", ".", "/loop"),
    ("dangling", "nothing", "/dangling"), ("to-directory", "sub/..", "/to-directory/x"),
    ("self", "/proc/self/cwd", "/self"), ("absolute", "/a.txt", "/absolute"),
    ("above", "../a.txt", "/above"), ("sub/above", "../../sub/b.txt", "/sub/above"),
    ("index", "../secret.txt", "/index"),
  ])
  func otherLinksAreNot(name: String, target: String, path: String) throws {
    try site.link(name, to: target)
    for files in [files, walking] { #expect(try files.answer(path) == nil) }
  }

  @Test func aDefaultFileMayNotLinkOutEither() throws {
    try site.write("dir/x", "x")
    try site.link("dir/index.html", to: "../../secret.txt")
    #expect(try files.answer("/dir/") == nil)
    #expect(try files.answer("/dir") == nil)
  }

  @Test func randomPathsNeverLeadOutside() throws {
    try site.link("out", to: "..")
    try site.link("in", to: "sub/deep")
    try site.link("sub/back", to: "../sub")
    let pieces = [
      "/", "/", "..", "/../", ".", "%2e", "/%2E%2e", "%2f", "%5c", "\\", "%00", "%", "ü",
      "/s", "/sub/", "/deep/", "/in", "/out", "/back", "/a.txt", "/b.txt", "/c.txt", "secret.txt",
      "/root", "-sibling", "/s.txt", "/index.html", "/.env", "/.git", "config", "?",
    ]
    let reachable: Set<String> = ["a", "b", "c", "sub", "percent"]
    var generator = SeededGenerator(seed: 1)
    var hits: Set<String> = []
    for round in 0..<20_000 {
      let path = "/" + generator.text(of: pieces, upTo: 6)
      if let content = try (round % 2 == 0 ? files : walking).text(path) { hits.insert(content) }
    }
    #expect(hits.subtracting(reachable) == [])
    #expect(hits.isSuperset(of: ["a", "b", "c", "sub"]))
  }

  @Test func linksInARepeatedPathEnd() throws {
    try site.link("self", to: ".")
    for files in [files, walking] {
      #expect(try files.text(String(repeating: "/self", count: 40) + "/a.txt") == "a")
      #expect(try files.answer(String(repeating: "/self", count: 41) + "/a.txt") == nil)
    }
  }

  @Test func theRootItselfMayBeALink() throws {
    try site.link("../current", to: "root/sub")
    let linked = StaticFiles(["/": .directory(site.path("../current"))])
    #expect(try linked.text("/b.txt") == "b")
    #expect(try linked.text("/") == "sub")
    try site.link("../one", to: "root/a.txt")
    #expect(try StaticFiles(["/one": .file(site.path("../one"))]).text("/one") == "a")
  }

  @Test func hiddenFilesMayBeNamedByRules() throws {
    let named = StaticFiles([
      "/.config": .file(site.path(".env")), "/git": .directory(site.path(".git")),
    ])
    #expect(try named.text("/.config") == "hidden")
    #expect(try named.text("/git/config") == "hidden")
  }

  @Test(.timeLimit(.minutes(1))) func aFIFOIsNotWaitedFor() throws {
    try #require(mkfifo(site.path("fifo"), 0o644) == 0)
    try #require(mkfifo(site.path("index.html"), 0o644) == 0)
    let named = StaticFiles(["/fifo": .file(site.path("fifo"))])
    // Should opening wait after all, writers end it, and the test fails instead of hanging.
    let rescue = Task.detached { [site] in
      try await Task.sleep(for: .seconds(20))
      for name in ["fifo", "index.html"] { _ = open(site.path(name), O_RDWR | O_NONBLOCK) }
    }
    defer { rescue.cancel() }
    let start = ContinuousClock.now
    for files in [files, walking] {
      #expect(try files.answer("/fifo") == nil)
      #expect(try files.answer("/fifo/x") == nil)
      #expect(try files.answer("/") == nil)
    }
    #expect(try named.answer("/fifo") == nil)
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test func devicesAndSocketsAreNotServed() throws {
    let devices = StaticFiles(["/dev": .directory("/dev"), "/null": .file("/dev/null")])
    #expect(try devices.answer("/dev/null") == nil)
    #expect(try devices.answer("/dev/zero") == nil)
    #expect(try devices.answer("/null") == nil)
    try #require(bindSocket(at: site.path("socket")) >= 0)
    #expect(try files.answer("/socket") == nil)
  }

  @Test func aWalkLeavesNoDescriptorsOpen() throws {
    try site.link("inside", to: "sub/deep/../b.txt")
    let paths = ["/sub/deep/c.txt", "/inside", "/sub/deep/none", "/sub", "/a.txt/x", "/sub/"]
    for files in [files, walking] { for path in paths { _ = try files.answer(path) } }
    #expect(try openFiles(below: site.root) == [])
  }

  private func bindSocket(at path: String) -> CInt {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
