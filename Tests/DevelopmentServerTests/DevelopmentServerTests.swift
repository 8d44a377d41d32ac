// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppServer
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct DevelopmentServerTests {
  private let folder: Folder

  init() throws {
    folder = try Folder([
      "index.html": "<body>home</body>", "style.css": "a {}", "data.json": "{}",
    ])
  }

  private func server(
    _ change: (inout DevelopmentServer.Options) throws -> Void = { _ in },
    watcher: ScriptedWatcher = ScriptedWatcher(),
    print: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> DevelopmentServer {
    var options = DevelopmentServer.Options(directory: folder.path, isColoured: false)
    try change(&options)
    return try DevelopmentServer(
      options, console: Console(style: Style(isColoured: false), write: print), watcher: watcher)
  }

  @Test(arguments: TestMode.allCases)
  func filesAreServed(mode: TestMode) async throws {
    try await server().application.test(mode) { client in
      let home = try await client.get("/")
      #expect(home.text == "<body>home</body>")
      let type = try await client.get("/style.css").headerFields[.contentType]
      #expect(type?.hasPrefix("text/css") ?? false)
      #expect(try await client.get("/none").status == .notFound)
      #expect(try await client.get("/__live/client.js").status == .notFound)
    }
  }

  @Test(arguments: TestMode.allCases)
  func everythingAtOnce(mode: TestMode) async throws {
    let backend = HTTPHandler { request in
      request.path == "/api/page"
        ? .text("<body>backend</body>", contentType: "text/html") : .text("data")
    }
    try await withBackend(backend) { port in
      let app = try server {
        $0.reloadsPages = true
        $0.allowsAllOrigins = true
        $0.proxies = [try ProxyRule("/api=http://127.0.0.1:\(port)")]
      }.application
      try await app.test(mode) { client in
        let home = try await client.get("/")
        #expect(home.text.hasPrefix("<body>home<script src=\"__live/client.js\""))
        #expect(home.headerFields[.accessControlAllowOrigin] == "*")
        let page = try await client.get("/api/page")
        #expect(page.text.hasPrefix("<body>backend<script src=\"../__live/client.js\""))
        #expect(page.headerFields[.accessControlAllowOrigin] == "*")
        #expect(try await client.get("/api/data").text == "data")
        let missing = try await client.get("/none", headerFields: [.accept: "text/html"])
        #expect(missing.status == .notFound)
        #expect(missing.text.contains("__live/client.js"))
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func nothingIsKept(mode: TestMode) async throws {
    try await server().application.test(mode) { client in
      let first = try await client.get("/data.json")
      #expect(first.headerFields[.cacheControl] == "no-store")
      try folder.write("data.json", "[]")
      #expect(try await client.get("/data.json").text == "[]")
      try folder.write("index.0123abcd.js", "1")
      let hashed = try await client.get("/index.0123abcd.js")
      #expect(hashed.headerFields[.cacheControl] == "no-store")
    }
  }

  @Test(arguments: TestMode.allCases)
  func directoriesAreListed(mode: TestMode) async throws {
    try folder.makeFolder("notes")
    try folder.write("notes/<one>.txt", "1")
    try await server { $0.reloadsPages = true }.application.test(mode) { client in
      let page = try await client.get("/notes/", headerFields: [.accept: "text/html"])
      #expect(page.status == .ok)
      #expect(page.headerFields[.contentType] == "text/html; charset=utf-8")
      #expect(page.text.contains("&lt;one&gt;.txt"))
      #expect(page.text.contains("../__live/client.js"))
      #expect(page.headerFields[.cacheControl] == "no-store")
      let redirect = try await client.get("/notes")
      #expect(redirect.headerFields[.location] == "/notes/")
    }
  }

  @Test(arguments: TestMode.allCases)
  func aSinglePageAnswersNavigations(mode: TestMode) async throws {
    let navigation: HTTPFields = [.accept: "text/html"]
    try await server { $0.isSinglePage = true }.application.test(mode) { client in
      let page = try await client.get("/users/7", headerFields: navigation)
      #expect(page.status == .ok)
      #expect(page.text == "<body>home</body>")
      #expect(try await client.get("/users/7.json").status == .notFound)
    }
    try await server().application.test(mode) { client in
      let page = try await client.get("/users/7", headerFields: navigation)
      #expect(page.status == .notFound)
      #expect(page.text.contains("There is no <code>/users/7</code> here."))
    }
  }

  @Test func onesOwnPageForMissingFilesWins() async throws {
    try folder.write("404.html", "<body>lost</body>")
    try await server { $0.reloadsPages = true }.application.test { client in
      let page = try await client.get("/none", headerFields: [.accept: "text/html"])
      #expect(page.status == .notFound)
      #expect(page.text.hasPrefix("<body>lost<script src=\"__live/client.js\""))
    }
  }

  // MARK: What cannot be served

  private func problem(_ change: (inout DevelopmentServer.Options) throws -> Void) -> String {
    let error = #expect(throws: DevelopmentServerError.self) { try server(change) }
    return error?.description ?? ""
  }

  @Test func directoriesThatAreNoneAreNamed() {
    let missing = folder.path + "/publik"
    #expect(problem { $0.directory = missing }.hasPrefix("There is no directory \(missing). "))
    #expect(problem { $0.directory = "" }.hasPrefix("There is no directory"))
    let file = folder.path + "/index.html"
    #expect(
      problem { $0.directory = file } == "\(file) is a file. Name the directory that it is in.")
  }

  @Test func aPathWithTwoBackendsIsNamed() {
    let text = problem {
      $0.proxies = [try ProxyRule("/a=http://a"), try ProxyRule("/a/=http://b")]
    }
    #expect(text == "/a has two backends. Leave one --proxy /a=… out.")
  }

  @Test func whyItCannotListenIsExplained() {
    var options = DevelopmentServer.Options(port: 8000)
    let inUse = HTTPServerError.addressInUse(.ip("0.0.0.0", port: 8000))
    #expect(
      DevelopmentServerError(inUse, options).description
        == "Port 8000 is in use by another program. Try another one: --port 8001, or --port 0 for "
        + "any that is free.")
    options.port = 65535
    #expect(DevelopmentServerError(inUse, options).description.contains("--port 65534"))
    let elsewhere = HTTPServerError.cannotListen(
      .ip("192.0.2.1", port: 8000), reason: "bind (errno: \(EADDRNOTAVAIL))")
    #expect(
      DevelopmentServerError(elsewhere, options).description.hasPrefix(
        "Cannot listen on 192.0.2.1:8000. Give --host an address of this machine"))
    options.port = 80
    let denied = HTTPServerError.cannotListen(
      .ip("0.0.0.0", port: 80), reason: "bind (errno: \(EACCES))")
    #expect(DevelopmentServerError(denied, options).description.contains("--port 8080"))
    let other = HTTPServerError.cannotListen(.ip("nowhere", port: 80), reason: "no such host")
    #expect(
      DevelopmentServerError(other, options).description
        == "Cannot listen on nowhere:80: no such host")
  }

  // MARK: Greeting

  @Test func theGreetingTellsWhatRuns() throws {
    var options = DevelopmentServer.Options(
      directory: "./public", reloadsPages: true, isSinglePage: true,
      proxies: [try ProxyRule("/api=http://localhost:3000/v1")])
    let everywhere = ServerURLs(.ip("0.0.0.0", port: 8000), deviceAddresses: ["192.0.2.7"])
    let plain = Style(isColoured: false)
    #expect(
      Greeting.lines(options, everywhere, plain) == [
        "", "  Serving ./public", "",
        "  Local:    http://localhost:8000/",
        "  Network:  http://192.0.2.7:8000/",
        "  Proxy:    /api to http://localhost:3000/v1",
        "  With:     live reload, single page",
        "", "  Ctrl-C ends it.", "",
      ])
    options.host = "127.0.0.1"
    let here = ServerURLs(.ip("127.0.0.1", port: 8000), deviceAddresses: ["192.0.2.7"])
    #expect(
      Greeting.lines(options, here, plain).contains(
        "  Network:  none; --host 0.0.0.0 is for other machines too"))
  }
}
