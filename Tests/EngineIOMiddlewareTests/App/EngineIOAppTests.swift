// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import StaticFiles
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct EngineIOAppTests {
  private static let directory = #filePath.split(separator: "/").dropLast().joined(separator: "/")

  private func app(path: String? = "/engine.io") -> EngineIOApp {
    EngineIOApp(
      EngineIOServer(), path: path,
      staticFiles: ["/source": .file("/\(Self.directory)/EngineIOAppTests.swift")],
      otherApp: HTTPHandler { .text("other " + $0.path) })
  }

  private func get(_ app: EngineIOApp, _ target: String) async throws -> Response {
    try await app.respond(to: Request(target: target))
  }

  @Test(arguments: [
    "/engine.io", "/engine.io/", "/engine%2Eio/", "/%65ngine.io", "/engine.io/?EIO=4",
  ])
  func pathsOfTheEngine(target: String) async throws {
    let response = try await get(app(), target)
    #expect(response.status == .badRequest)
    #expect(response.headerFields[.contentType] == "application/json")
  }

  @Test(arguments: [
    "/", "/engine.iox", "/engine.io/x", "/engine.io//", "/engine", "/x/engine.io", "/Engine.IO/",
    "//engine.io/", "/engine%zz.io",
  ])
  func pathsOfTheOtherApp(target: String) async throws {
    let response = try await get(app(), target)
    guard case .bytes(let body) = response.body.kind else {
      Issue.record("no body")
      return
    }
    #expect(String(buffer: body) == "other " + target)
  }

  @Test func staticFilesComeBeforeTheOtherApp() async throws {
    let response = try await get(app(), "/source")
    #expect(response.status == .ok)
    #expect(response.body.length != "other /source".utf8.count)
  }

  @Test func nothingElseIsNotFound() async throws {
    let response = try await get(EngineIOApp(EngineIOServer()), "/nothing")
    #expect(response.status == .notFound)
    #expect(response.headerFields[.contentType] == "text/plain")
    guard case .bytes(let body) = response.body.kind else {
      Issue.record("no body")
      return
    }
    #expect(String(buffer: body) == "Not Found")
  }

  @Test func anyPath() async throws {
    for target in ["/", "/source", "/anything"] {
      #expect(try await get(app(path: nil), target).status == .badRequest)
    }
  }

  @Test(arguments: ["/ws", "ws", "/ws/", "ws/"])
  func pathCanBeWrittenInAnyWay(path: String) async throws {
    for target in ["/ws", "/ws/"] {
      #expect(try await get(app(path: path), target).status == .badRequest)
    }
    #expect(try await get(app(path: path), "/wsx").status == .ok)
  }

  @Test func mountedBelowAPrefix() async throws {
    let request = try #require(Request(target: "/api/engine.io/").mounted(at: "/api"))
    #expect(try await app().respond(to: request).status == .badRequest)
  }

  @Test func lifespansAreNested() async throws {
    let log = Log()
    let engine = EngineIOServer()
    engine.onDisconnect { _, _ in log("disconnect") }
    let app = EngineIOApp(
      engine, otherApp: Lifespan(log: log), onStartup: { log("startup") },
      onShutdown: { log("shutdown") })
    try await serve(engine, as: app) { client in
      log("serve")
      _ = try await client.connect()
      app.beginGracefulShutdown()
    }
    #expect(
      log.lines.filter { $0 != "disconnect" } == [
        "startup", "other begins", "serve", "other told", "other ends", "shutdown",
      ])
    #expect(log.lines.contains("disconnect"))
    #expect(log.lines.last == "shutdown")
  }

  @Test func errorsPassThrough() async throws {
    struct Failed: Error, Equatable { var place: String }
    let log = Log()
    let fails = EngineIOApp(
      EngineIOServer(), onStartup: { throw Failed(place: "startup") },
      onShutdown: { log("shutdown") })
    await #expect(throws: Failed(place: "startup")) {
      try await fails.withLifespan { log("serve") }
    }
    #expect(log.lines == [])
    let app = EngineIOApp(
      EngineIOServer(),
      onShutdown: {
        log("shutdown")
        throw Failed(place: "shutdown")
      })
    await #expect(throws: Failed(place: "shutdown")) { try await app.withLifespan {} }
    await #expect(throws: Failed(place: "serve")) {
      try await app.withLifespan { throw Failed(place: "serve") }
    }
    #expect(log.lines == ["shutdown", "shutdown"])
  }
}

private struct Lifespan: HTTPApplication {
  let log: Log

  func respond(to request: Request) async throws -> Response { .notFound }

  func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
    log("other begins")
    try await serve()
    log("other ends")
  }

  func beginGracefulShutdown() { log("other told") }
}
