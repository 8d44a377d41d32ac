// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPTypes
import NIOCore
import Testing

@testable import StaticFiles

@Suite struct ResponseTests {
  @Test func saysWhatTheFileIs() throws {
    let site = try Site(["a.css": "body {}"])
    try site.touch("a.css", seconds: 784_111_777, nanoseconds: 5)
    let files = StaticFiles(["/": .directory(site.root)])
    let response = try #require(try files.answer("/a.css"))
    #expect(response.status == .ok)
    #expect(try response.text == "body {}")
    #expect(
      response.headerFields == [
        .contentType: "text/css; charset=utf-8", .eTag: "\"2ebc98a1.5-7\"",
        .lastModified: "Sun, 06 Nov 1994 08:49:37 GMT", .cacheControl: "no-cache",
        .acceptRanges: "bytes", .xContentTypeOptions: "nosniff",
      ])
  }

  @Test func theEntityTagChangesWithSizeAndTime() throws {
    let site = try Site(["a": "1"])
    let files = StaticFiles(["/": .directory(site.root)], configuration: .development)
    var tags: Set<String> = []
    for (content, seconds, nanoseconds) in [
      ("1", 100, 0), ("12", 100, 0), ("1", 101, 0), ("1", 100, 1), ("1", -100, 0),
      ("1", 0, 100), ("1", 1, 0), ("1", 0x10, 0), ("1", 0, 999_999_999),
    ] {
      try site.write("a", content)
      try site.touch("a", seconds: seconds, nanoseconds: nanoseconds)
      let fields = try #require(try files.answer("/a")).headerFields
      let tag = try #require(fields[.eTag])
      #expect(tag.first == "\"" && tag.last == "\"")
      tags.insert(tag)
    }
    #expect(tags.count == 9)
  }

  @Test func aTimeInTheFutureIsSentAsNow() throws {
    let site = try Site(["a": "1"])
    try site.touch("a", seconds: 4_000_000_000)
    let files = StaticFiles(["/": .directory(site.root)])
    let date = try #require(try files.answer("/a")?.headerFields[.lastModified])
    #expect(date != "Tue, 02 Oct 2096 07:06:40 GMT")
    // The date of an earlier answer is no proof that nothing has changed since.
    #expect(
      try files.answer("/a", [.ifModifiedSince: "Sun, 06 Nov 1994 08:49:37 GMT"])?.status == .ok)
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func smallFilesAreBytesAndLargeOnesRegions(size: Int) throws {
    let site = try Site()
    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    try site.write("a.bin", bytes: content)
    let files = StaticFiles(["/": .directory(site.root)])
    let response = try #require(try files.answer("/a.bin"))
    #expect(response.body.length == size)
    switch response.body.kind {
    case .empty: #expect(size == 0)
    case .bytes(let bytes):
      #expect((1...65_536).contains(size))
      #expect(Array(buffer: bytes) == content)
    case .file(let file, let range):
      #expect(size > 65_536)
      #expect(range == 0..<size)
      #expect(Array(buffer: try file.read(range)) == content)
    default: Issue.record("an unexpected kind of body")
    }
  }

  @Test func partsOfLargeFilesAreSmallOrLarge() throws {
    let site = try Site()
    try site.write("a.bin", bytes: (0..<200_000).map { UInt8(truncatingIfNeeded: $0) })
    let files = StaticFiles(["/": .directory(site.root)])
    guard
      case .bytes(let bytes)? = try files.answer("/a.bin", [.range: "bytes=100000-165535"])?.body
        .kind
    else {
      Issue.record("64 KiB should be bytes")
      return
    }
    #expect(Array(buffer: bytes) == (100_000...165_535).map { UInt8($0 & 0xff) })
    guard
      case .file(_, let range)? = try files.answer("/a.bin", [.range: "bytes=100000-165536"])?.body
        .kind
    else {
      Issue.record("more than 64 KiB should be a region")
      return
    }
    #expect(range == 100_000..<165_537)
  }

  @Test(arguments: ["/a.txt", "/", "/sub", "/none", "/empty", "/large"])
  func headIsAsGetWithoutReading(path: String) throws {
    let site = try Site([
      "a.txt": "text", "index.html": "home", "sub/index.html": "x", "empty": "",
      "large": String(repeating: "x", count: 100_000),
    ])
    let files = StaticFiles(["/": .directory(site.root)])
    let head = try files.answer(path, method: .head)
    switch head?.body.kind {
    case .bytes, .file: Issue.record("the answer to HEAD was opened")
    default: break
    }
    let get = try files.answer(path)
    #expect(head?.status == get?.status)
    #expect(head?.headerFields == get?.headerFields)
    #expect(head?.body.length == get?.body.length)
  }

  @Test func aFileThatShrankIsNotSentAsIfComplete() throws {
    let site = try Site(["a.txt": "0123456789"])
    let files = StaticFiles(["/": .directory(site.root)])
    let path = try #require(URLPath("/a.txt"))
    guard case .file(let file, let open)? = try files.store.look(up: path) else {
      Issue.record("no file")
      return
    }
    // As if it were cut between being looked up and being read.
    try #require(truncate(site.path("a.txt"), 4) == 0)
    guard
      case .file(_, let range)? = try files.store.respond(to: Request(), from: file, open)?.body
        .kind
    else {
      Issue.record("a short read must be left to the host to break off")
      return
    }
    #expect(range == 0..<10)
    #expect(try files.store.respond(to: Request(), from: file, nil) == nil)
    #expect(try files.text("/a.txt") == "0123")
  }
}
