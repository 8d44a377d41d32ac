// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

@Suite struct StaticFilesTests {
  private let teapot = HTTPHandler { _ in Response(status: .init(code: 418)) }

  @Test func anythingElseGoesOnToTheNextApplication() async throws {
    let site = try Site(["a.txt": "a"])
    let app = teapot.wrapped(by: StaticFiles(["/files": .directory(site.root)]))
    #expect(try await app.respond(to: Request(target: "/files/a.txt")).text == "a")
    for target in ["/", "/files/b.txt", "/files/%2e%2e/a.txt", "/files/%zz", "*", ""] {
      let response = try await app.respond(to: Request(target: target))
      #expect(response.status.code == 418, "\(target)")
    }
  }

  @Test(arguments: [.post, .put, .delete, .options, .patch, .trace] as [HTTPRequest.Method])
  func otherMethodsAreRefusedForFilesOnly(method: HTTPRequest.Method) throws {
    let site = try Site(["a.txt": "a", "sub/index.html": "sub", "empty/x": "x"])
    let files = StaticFiles(["/": .directory(site.root)])
    for path in ["/a.txt", "/sub/", "/sub"] {
      let answer = try #require(try files.answer(path, method: method), "\(path)")
      #expect(answer.status == (method == .options ? .noContent : .methodNotAllowed))
      #expect(answer.headerFields == [.allow: "GET, HEAD, OPTIONS"])
    }
    #expect(try files.answer("/b.txt", method: method) == nil)
    #expect(try files.answer("/empty/", method: method) == nil)
    let modest = StaticFiles(
      ["/": .directory(site.root)], configuration: .init(otherMethods: .passedOn))
    #expect(try modest.answer("/a.txt", method: method) == nil)
    #expect(try modest.text("/a.txt") == "a")
  }

  @Test func aLiteralMakesAllKindsOfRules() throws {
    let site = try Site(["index.html": "home", "b": "b"])
    let files: StaticFiles = [
      "/": "/nowhere/at/all", "/feed": .file("/nowhere", contentType: "text/x-feed"),
      "/static": .directory("/nowhere"),
    ]
    #expect(try files.answer("/") == nil)
    let path = site.path("b")
    #expect(try StaticFiles(["/b": StaticFiles.Rule(path)]).text("/b") == "b")
  }

  @Test func filesMayAppearChangeAndVanishWhileServing() throws {
    let site = try Site()
    let files = StaticFiles(
      ["/one": .file(site.path("one.txt")), "/all": .directory(site.root)],
      configuration: .development)
    #expect(try files.text("/one") == nil)
    try site.write("one.txt", "1")
    #expect(try files.text("/one") == "1")
    #expect(try files.text("/all/one.txt") == "1")
    try site.write("one.txt", "2")
    #expect(try files.text("/one") == "2")
    #expect(unlink(site.path("one.txt")) == 0)
    #expect(try files.text("/one") == nil)
  }

  @Test func relativePathsAreResolvedAgainstTheWorkingDirectory() throws {
    let site = try Site(["a.txt": "a"])
    let depth = try currentDirectory().split(separator: "/").count
    let relative = String(repeating: "../", count: depth) + site.root.dropFirst()
    #expect(try StaticFiles(["/": .directory(relative)]).text("/a.txt") == "a")
    #expect(try StaticFiles(["/": .file(relative + "/a.txt")]).text("/") == "a")
  }

  @Test func mountedBelowAPathItSeesTheRestOfThePath() throws {
    let site = try Site(["index.html": "home", "sub/index.html": "sub"])
    let files = StaticFiles(["/": .directory(site.root)])
    func answer(_ target: String) throws -> Response? {
      try files.response(for: try #require(Request(target: target).mounted(at: "/docs")))
    }
    #expect(try answer("/docs/sub/")?.text == "sub")
    #expect(try answer("/docs/sub?x=1")?.headerFields[.location] == "/docs/sub/?x=1")
    #expect(try answer("/docs")?.headerFields[.location] == "/docs/")
    #expect(try files.answer("") == nil)
  }

  @Test func failuresOfTheSystemAreErrorsAndMissingFilesAreNot() {
    #expect(OpenFileError(errno: EMFILE) == .system(errno: EMFILE))
    for code in [ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, ENXIO] {
      #expect(OpenFileError(errno: code) == .notFound)
    }
  }
}
