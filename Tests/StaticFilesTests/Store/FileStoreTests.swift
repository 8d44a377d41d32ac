// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import StaticFiles

/// What is known of files, and for how long.
@Suite struct FileStoreTests {
  /// A clock that a test moves.
  private final class Clock: Sendable {
    private let nanoseconds = Atomic<Int64>(1_000_000_000_000)

    var now: Int64 { nanoseconds.load(ordering: .relaxed) }

    func advance(milliseconds: Int64) {
      nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
  }

  private let site: Site
  private let clock = Clock()

  init() throws {
    site = try Site(table: [
      "a.txt": "first", "b.js": "script", "b.js.gz": "gzip",
      "large": String(repeating: "x", count: 100_000),
    ])
  }

  private func makeFiles(
    _ configuration: StaticFiles.Configuration = .init()
  ) throws -> StaticFiles {
    try StaticFiles(
      validating: ["/": .directory(site.root)], configuration: configuration,
      files: ConfinedFiles(links: .insideRoot), now: { [clock] in clock.now })
  }

  @Test func changesShowAfterTheTimeThatIsConfigured() throws {
    let files = try makeFiles(.init(revalidation: .milliseconds(500)))
    #expect(try files.text("/a.txt") == "first")
    try site.write("a.txt", "second")
    clock.advance(milliseconds: 499)
    #expect(try files.text("/a.txt") == "first")
    clock.advance(milliseconds: 1)
    #expect(try files.text("/a.txt") == "second")
    #expect(unlink(site.path("a.txt")) == 0)
    #expect(try files.answer("/a.txt", [.ifNoneMatch: "*"])?.status == .notModified)
    clock.advance(milliseconds: 500)
    #expect(try files.answer("/a.txt") == nil)
    try site.write("a.txt", "third")
    #expect(try files.text("/a.txt") == "third")
  }

  @Test func withoutSuchATimeChangesShowAtOnce() throws {
    let files = try makeFiles(.init(revalidation: .zero))
    for content in ["second", "thirds", "fourth", ""] {
      try site.write("a.txt", content)
      #expect(try files.text("/a.txt") == content)
    }
    // Of the same size and with the same time it is told by the time of the change.
    try site.write("a.txt", "aaaaa")
    try site.touchAll(["a.txt"])
    #expect(try files.text("/a.txt") == "aaaaa")
    try site.write("a.txt", "bbbbb")
    try site.touchAll(["a.txt"])
    #expect(try files.text("/a.txt") == "bbbbb")
  }

  @Test func siblingsComeAndGoToo() throws {
    let files = try makeFiles()
    func text(_ path: String) throws -> String? {
      try files.answer(path, [.acceptEncoding: "br, gzip"])?.text
    }
    #expect(try text("/b.js") == "gzip")
    #expect(try text("/a.txt") == "first")
    try site.write("b.js.br", "brotli")
    try site.write("a.txt.gz", "zipped")
    #expect(try text("/b.js") == "gzip")
    clock.advance(milliseconds: 1000)
    #expect(try text("/b.js") == "brotli")
    #expect(try text("/a.txt") == "zipped")
    #expect(try files.answer("/a.txt")?.headerFields[.vary] == "accept-encoding")
    for name in ["b.js.br", "b.js.gz", "a.txt.gz"] { #expect(unlink(site.path(name)) == 0) }
    clock.advance(milliseconds: 1000)
    #expect(try text("/b.js") == "script")
    #expect(try text("/a.txt") == "first")
    #expect(try files.answer("/a.txt")?.headerFields[.vary] == nil)
  }

  private func look(_ files: StaticFiles, _ path: String) throws -> ServedFile {
    guard case .file(let file, _)? = try files.store.look(up: try #require(URLPath(path))) else {
      return try #require(nil, "\(path)")
    }
    return file
  }

  @Test func whatHasNotChangedIsNotReadAgain() throws {
    let files = try makeFiles()
    #expect(try files.text("/b.js") == "script")
    let first = try look(files, "/b.js")
    #expect(first.original.bytes == ByteBuffer(string: "script"))
    // Nobody asked for it yet.
    #expect(first.compressed.map(\.bytes) == [nil])
    clock.advance(milliseconds: 5000)
    let second = try look(files, "/b.js")
    #expect(second === first)
    #expect(try look(files, "/large").original.bytes == nil)
  }

  @Test func whatWasChangedJustNowIsNotKept() throws {
    // Two changes within one tick of the file system's clock look like one.
    try site.write("new.txt", "new")
    let files = try makeFiles()
    #expect(try files.text("/new.txt") == "new")
    #expect(try look(files, "/new.txt").original.bytes == nil)
    try site.touchAll(["new.txt"])
    clock.advance(milliseconds: 1000)
    #expect(try files.text("/new.txt") == "new")
    #expect(try look(files, "/new.txt").original.bytes != nil)
  }

  @Test func aFileThatIsReplacedIsNeverMixed() throws {
    let files = try makeFiles()
    guard case .file(let old, _)? = try files.answer("/large")?.body.kind else {
      Issue.record("a large file should be a region")
      return
    }
    // While `old` is being sent.
    try site.write("other", String(repeating: "y", count: 100_000))
    #expect(rename(site.path("other"), site.path("large")) == 0)
    let new = try #require(try files.answer("/large"))
    #expect(try new.text == String(repeating: "y", count: 100_000))
    #expect(String(buffer: try old.read(0..<100_000)) == String(repeating: "x", count: 100_000))
    // The same where it is written over.
    try site.write("large", "short")
    #expect(try files.text("/large") == "short")
  }

  @Test func aFileThatGrowsIsSentAsItWasWhenItWasOpened() throws {
    let files = try makeFiles()
    for path in ["/a.txt", "/large"] {
      let url = try #require(URLPath(path))
      guard case .file(let file, let open)? = try files.store.look(up: url) else {
        Issue.record("no file")
        continue
      }
      let log = try FileHandle(forWritingTo: URL(filePath: site.path(String(path.dropFirst()))))
      try log.seekToEnd()
      try log.write(contentsOf: Data("more".utf8))
      let response = try #require(try files.store.respond(to: Request(), from: file, open))
      #expect(response.body.length == file.original.size)
      // Large ones have to be opened again, and then it shows; small ones were read before.
      let later = try #require(try files.answer(path)?.text)
      #expect(later.hasSuffix("more") == (path == "/large"))
    }
  }

  @Test func memoryIsBounded() throws {
    var names: [String] = []
    for number in 0..<200 { names.append("\(number).txt") }
    for name in names { try site.write(name, String(repeating: "x", count: 10_000)) }
    try site.touchAll(names)
    let files = try makeFiles(.init(memory: 200_000))
    for name in names + names.reversed() {
      #expect(try files.text("/" + name)?.count == 10_000)
      #expect(files.store.cache.cost <= 200_000)
    }
    #expect(files.store.cache.cost > 50_000)
    let none = try makeFiles(.init(memory: 0))
    for name in names.prefix(3) { #expect(try none.text("/" + name)?.count == 10_000) }
    #expect(none.store.cache.cost == 0)
  }

  @Test func whatIsUsedOftenStays() throws {
    for number in 0..<100 { try site.write("\(number)", String(repeating: "x", count: 1000)) }
    let files = try makeFiles(.init(memory: 100_000))
    _ = try files.text("/a.txt")
    let first = try look(files, "/a.txt")
    for number in 0..<100 {
      _ = try files.text("/\(number)")
      #expect(try look(files, "/a.txt") === first)
    }
  }

  @Test func pathsThatUnicodeTakesForTheSameAreNot() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    try #require(composed == decomposed)
    try site.write(composed, "composed")
    try site.write(decomposed, "decomposed")
    let files = try makeFiles()
    for _ in 0..<2 {
      #expect(try files.text("/%C3%A9") == "composed")
      #expect(try files.text("/e%CC%81") == "decomposed")
    }
  }

  @Test func allDownloadsOfAFileShareItsDescriptor() throws {
    let files = try makeFiles()
    let responses = try (0..<10_000).compactMap { _ in try files.answer("/large") }
    #expect(responses.count == 10_000)
    #expect(try openFiles(below: site.root) == [site.path("large")])
    clock.advance(milliseconds: 1000)
    let more = try (0..<100).compactMap { _ in try files.answer("/large") }
    #expect(try openFiles(below: site.root) == [site.path("large")])
    withExtendedLifetime((responses, more)) {}
  }

  @Test func noDescriptorIsKeptForLater() throws {
    let files = try makeFiles()
    for path in ["/a.txt", "/large", "/b.js", "/none", "/"] { _ = try files.answer(path) }
    for path in ["/large", "/a.txt"] { _ = try files.answer(path, method: .head) }
    #expect(try openFiles(below: site.root) == [])
  }

  @Test(.timeLimit(.minutes(1))) func hundredsOfDownloadsAtOnceCostOneDescriptor() async throws {
    let count = 300
    let all = Barrier(count)
    let files = try makeFiles()
    // Holds every response until all are there.
    let app = files.application.wrapped(
      by: MiddlewareHandler { request, next in
        let response = try await next.respond(to: request)
        await all.wait()
        return response
      })
    let open = Mutex<[String]>([])
    await all.atTheEnd { [site] in
      open.withLock { $0 = (try? openFiles(below: site.root)) ?? ["unknown"] }
    }
    try await app.test(.live) { client in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count {
          group.addTask { try await client.get("/large").body.readableBytes }
        }
        for try await bytes in group { #expect(bytes == 100_000) }
      }
    }
    #expect(open.withLock { $0 } == [site.path("large")])
    #expect(try openFiles(below: site.root) == [])
  }

  /// Lets nobody go on before all have come.
  private actor Barrier {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var last: @Sendable () -> Void = {}

    init(_ count: Int) { missing = count }

    func atTheEnd(_ body: @escaping @Sendable () -> Void) { last = body }

    func wait() async {
      missing -= 1
      if missing == 0 {
        last()
        for continuation in waiting { continuation.resume() }
        waiting = []
      } else if missing > 0 {
        await withCheckedContinuation { waiting.append($0) }
      }
    }
  }
}
