// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import DevelopmentServer

struct LiveReloadTests {
  private let watcher = ScriptedWatcher()

  private func live(_ app: some HTTPApplication) -> some HTTPApplication {
    // No ping in between, however long the test takes.
    app.wrapped(
      by: LiveReload(
        watcher: watcher, batches: ChangeBatches { _ in }, pingInterval: .seconds(3600)))
  }

  private let page = HTTPHandler { request in
    var response = Response.text(
      "<body>\(request.path)</body>", contentType: "text/html; charset=utf-8")
    response.headerFields[.eTag] = "\"1\""
    response.headerFields[.lastModified] = "Thu, 01 Jan 1970 00:00:00 GMT"
    response.headerFields[.acceptRanges] = "bytes"
    return response
  }

  // MARK: Documents

  @Test(arguments: TestMode.allCases)
  func documentsGetTheScript(mode: TestMode) async throws {
    try await live(page).test(mode) { client in
      let response = try await client.get("/")
      #expect(response.text.hasPrefix("<body>/<script src=\"__live/client.js\" data-revision=\""))
      #expect(response.text.hasSuffix("\" async></script></body>"))
      #expect(response.headerFields[.contentLength] == "\(response.body.readableBytes)")
      #expect(response.headerFields[.cacheControl] == "no-store")
      for name: HTTPField.Name in [.eTag, .lastModified, .acceptRanges] {
        #expect(response.headerFields[name] == nil)
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func streamsGetTheScript(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      .stream(headerFields: [.contentType: "text/html"], length: 14) { writer in
        for part in ["<body>", "a</bo", "dy>"] { try await writer.write(part) }
      }
    }
    try await live(app).test(mode) { client in
      let response = try await client.get("/a/b")
      #expect(response.text.hasPrefix("<body>a<script src=\"../__live/client.js\" "))
      #expect(response.text.hasSuffix("</script></body>"))
      #expect(response.headerFields[.contentLength] == nil)
    }
  }

  @Test(arguments: [1 << 10, 3 << 20])
  func filesGetTheScript(size: Int) async throws {
    let text = String(repeating: "x", count: size)
    let folder = try Folder(["a.html": "<body>\(text)</body>"])
    let app = HTTPHandler { _ in
      let file = try OpenFile(path: folder.path + "/a.html")
      return Response(headerFields: [.contentType: "text/html"], body: .file(file))
    }
    for mode in TestMode.allCases {
      try await live(app).test(mode) { client in
        let response = try await client.get("/a.html")
        #expect(response.text.hasPrefix("<body>\(text)<script "))
        #expect(response.text.hasSuffix("</script></body>"))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func aHeadHasNoLength(mode: TestMode) async throws {
    try await live(page).test(mode) { client in
      let response = try await client.send(.head, "/")
      #expect(response.status == .ok)
      #expect(response.headerFields[.contentLength] == nil)
      #expect(response.headerFields[.eTag] == nil)
      #expect(response.body.readableBytes == 0)
    }
  }

  @Test func whatAsksForPartsOrEncodingsIsNotPassedOn() async throws {
    let seen = Mutex(HTTPFields())
    let app = HTTPHandler { request in
      seen.withLock { $0 = request.headerFields }
      return .text("", contentType: "text/html")
    }
    let fields: HTTPFields = [
      .acceptEncoding: "br", .range: "bytes=0-1", .ifNoneMatch: "\"1\"", .ifRange: "\"1\"",
      .accept: "text/html", .cookie: "a=b",
    ]
    try await live(app).test { client in
      _ = try await client.get("/", headerFields: fields)
      #expect(seen.withLock { $0 } == [.accept: "text/html", .cookie: "a=b"])
      var fields = fields
      fields[.accept] = "image/png"
      _ = try await client.get("/a.png", headerFields: fields)
      #expect(seen.withLock { $0 } == fields)
    }
  }

  @Test(arguments: [
    Response.text("<body></body>"),
    Response(status: .notModified, headerFields: [.contentType: "text/html"]),
    Response(status: .partialContent, headerFields: [.contentType: "text/html"]),
    Response(headerFields: [.contentType: "text/html", .contentEncoding: "br"]),
    Response.text("a", contentType: "text/html; charset=utf-16"),
  ])
  func othersAreLeftAlone(response: Response) async throws {
    try await live(HTTPHandler { _ in response }).test { client in
      let received = try await client.get("/")
      #expect(!received.text.contains("client.js"))
      #expect(received.headerFields[.cacheControl] == nil)
    }
  }

  @Test func whatAScriptFetchesIsLeftAlone() async throws {
    let destination = HTTPField.Name("sec-fetch-dest")!
    try await live(page).test { client in
      let fragment = try await client.get("/", headerFields: [destination: "empty"])
      #expect(fragment.text == "<body>/</body>")
      let document = try await client.get("/", headerFields: [destination: "iframe"])
      #expect(document.text.contains("client.js"))
    }
  }

  @Test(arguments: [
    ("/", false, "__live/client.js"), ("/a.html", false, "__live/client.js"),
    ("/a/", false, "../__live/client.js"), ("/a/b/c", false, "../../__live/client.js"),
    ("/a/b/c", true, "/__live/client.js"),
  ])
  func theURLIsRelative(path: String, isAbsolute: Bool, url: String) {
    let tag = LiveReload.tag(path: path, isAbsolute: isAbsolute, revision: "x-1")
    #expect(tag == "<script src=\"\(url)\" data-revision=\"x-1\" async></script>")
  }

  // MARK: Script and Engine.IO

  @Test(arguments: TestMode.allCases)
  func theScriptIsThere(mode: TestMode) async throws {
    try await live(page).test(mode) { client in
      let script = try await client.get("/__live/client.js")
      #expect(script.headerFields[.contentType] == "text/javascript; charset=utf-8")
      #expect(script.headerFields[.cacheControl] == "no-store")
      #expect(script.text == LiveScript.text)
      let post = try await client.post("/__live/client.js", "")
      #expect(post.status == .methodNotAllowed)
      #expect(try await client.get("/__live/other.js").status == .notFound)
      #expect(try await client.get("/__lively").text.contains("/__lively"))
    }
  }

  /// The revision that pages made now have.
  private static func revision(_ client: TestClient) async throws -> String {
    let text = try await client.get("/").text
    let start = try #require(text.firstRange(of: "data-revision=\""))
    return String(text[start.upperBound...].prefix { $0 != "\"" })
  }

  @Test(arguments: TestMode.allCases)
  func changesAreTold(mode: TestMode) async throws {
    try await live(page).test(mode) { client in
      let first = try await Self.revision(client)
      let opening = try await client.get("/__live/?EIO=4&transport=polling").text
      let packets = opening.split(separator: "\u{1e}")
      #expect(packets.last == "4revision\n\(first)")
      let sid = try #require(packets.first?.split(separator: "\"").dropFirst(3).first)
      let poll = "/__live/?EIO=4&transport=polling&sid=\(sid)"

      watcher.tell(.file("a/style one.css", .modified))
      let sheet = try await client.get(poll).text
      let second = try await Self.revision(client)
      #expect(sheet == "4css\n\(second)\na/style one.css")
      #expect(second != first)

      for change: FileChange in [
        .file("a.js", .created), .file("a.css", .deleted), .file("a\n.css", .modified), .unknown,
      ] {
        watcher.tell(change)
        #expect(try await client.get(poll).text == "4reload")
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func changesAreToldToWebSockets(mode: TestMode) async throws {
    try await live(page).test(mode) { client in
      try await client.webSocket(
        "/__live/?EIO=4&transport=websocket", headerFields: [.origin: "https://proxy.example"]
      ) { socket in
        _ = try await socket.receive()
        _ = try await socket.receive()
        watcher.tell(.file("index.html", .modified))
        #expect(try await socket.receive() == .text("4reload"))
      }
    }
  }

  @Test func aWatcherThatFailsIsReported() async throws {
    struct Failing: FileWatcher, FileWatch {
      func begin() -> any FileWatch { self }
      func run(_ report: @Sendable (FileChange) -> Void) async throws {
        throw FileWatchError(description: "no more watches")
      }
    }
    let events = Events()
    let reload = LiveReload(watcher: Failing()) { report in
      if case .failed(let error) = report { events.record("\(error)") }
    }
    try await page.wrapped(by: reload).test { client in
      await events.wait(for: "no more watches")
      let response = try await client.get("/")
      #expect(response.status == .ok)
    }
  }
}
