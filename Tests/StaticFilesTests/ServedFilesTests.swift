// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import StaticFiles

/// What arrives at a client, from an application called directly and over a socket.
@Suite struct ServedFilesTests {
  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func arriveAsTheyAre(mode: TestMode) async throws {
    let large = String(repeating: "0123456789abcdef", count: 20_000)
    let site = try Site([
      "index.html": "<p>home</p>", "small.txt": "0123456789", "empty.txt": "", "large.txt": large,
      "../secret.txt": "secret",
    ])
    let app = Stack {
      StaticFiles(["/": StaticFiles.Rule(site.path("index.html")), "/s": .directory(site.root)])
      HTTPHandler { _ in .notFound }
    }
    try await app.test(mode) { client in
      let home = try await client.get("/")
      #expect(home.status == .ok)
      #expect(home.text == "<p>home</p>")
      #expect(home.headerFields[.contentType] == "text/html; charset=utf-8")
      #expect(home.headerFields[.contentLength] == "11")

      let head = try await client.send(.head, "/s/large.txt")
      #expect(head.status == .ok)
      #expect(head.headerFields[.contentLength] == "320000")
      #expect(head.body.readableBytes == 0)

      let whole = try await client.get("/s/large.txt")
      #expect(whole.headerFields[.contentLength] == "320000")
      #expect(whole.text == large)
      let empty = try await client.get("/s/empty.txt")
      #expect(empty.status == .ok)
      #expect(empty.headerFields[.contentLength] == "0")

      for (target, range, length) in [
        ("/s/small.txt", "bytes=2-4", 3), ("/s/large.txt", "bytes=-4", 4),
        ("/s/large.txt", "bytes=100000-299999", 200_000),
      ] {
        let part = try await client.get(target, headerFields: [.range: range])
        #expect(part.status == .partialContent)
        #expect(part.headerFields[.contentLength] == "\(length)")
        #expect(part.body.readableBytes == length)
      }
      let beyond = try await client.get("/s/small.txt", headerFields: [.range: "bytes=10-"])
      #expect(beyond.status == .rangeNotSatisfiable)
      #expect(beyond.headerFields[.contentRange] == "bytes */10")

      let tag = try #require(whole.headerFields[.eTag])
      let unchanged = try await client.get("/s/large.txt", headerFields: [.ifNoneMatch: tag])
      #expect(unchanged.status == .notModified)
      #expect(unchanged.headerFields[.eTag] == tag)
      #expect(unchanged.headerFields[.contentLength] == nil)
      #expect(unchanged.body.readableBytes == 0)

      let redirect = try await client.get("/s?from=here")
      #expect(redirect.status == .movedPermanently)
      #expect(redirect.headerFields[.location] == "/s/?from=here")

      for target in ["/s/none", "/s/%2e%2e/secret.txt", "/s/..%2fsecret.txt", "/s/small.txt%00"] {
        #expect(try await client.get(target).status == .notFound, "\(target)")
      }
      let post = try await client.post("/s/small.txt", "text")
      #expect(post.status == .methodNotAllowed)
      #expect(post.headerFields[.allow] == "GET, HEAD, OPTIONS")
      // The connection is as good as before.
      #expect(try await client.get("/s/small.txt").text == "0123456789")
    }
  }
}
