// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerTests {
  static let app = HTTPHandler { .text($0.path) }

  // MARK: Listening

  @Test(arguments: [1, 2])
  func servesWithLoops(count: Int) async throws {
    try await withServer(Self.app, configure: { $0.loopCount = count }) { server async throws in
      guard case .ip("127.0.0.1", let port) = server.address else {
        Issue.record("\(server.address)")
        return
      }
      #expect(port > 0)
      for number in 0..<20 {
        #expect(try await server.connect().get("/\(number)").text == "/\(number)")
      }
    }
  }

  @Test func listensOnIPv6() async throws {
    try await withServer(Self.app, configure: { $0.address = .ip("::1", port: 0) }) {
      server async throws in
      #expect(try await server.connect().get("/").text == "/")
    }
  }

  @Test(arguments: [1, 2])
  func listensOnAUnixSocket(loopCount: Int) async throws {
    let path = NSTemporaryDirectory() + "HTTPAppServerTests-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for _ in 0..<2 {
      // The second one finds the socket of the first.
      try await withServer(
        HTTPHandler { .text("\($0.connection.localAddress!)") },
        configure: {
          $0.address = .unix(path: path)
          $0.loopCount = loopCount
        }
      ) { server async throws in
        #expect(server.address == .unix(path: path))
        for _ in 0..<4 {
          #expect(try await server.connect().get("/").text == "unix:\(path)")
        }
      }
    }
  }

  @Test(arguments: [1, 2], [1, 2])
  func reportsAnAddressInUse(firstLoops: Int, secondLoops: Int) async throws {
    try await withServer(Self.app, configure: { $0.loopCount = firstLoops }) {
      server async throws in
      let error = await #expect(throws: HTTPServerError.self) {
        try await withServer(
          Self.app,
          configure: {
            $0.address = server.address
            $0.loopCount = secondLoops
          }
        ) { _ in Issue.record("it listens") }
      }
      #expect(error == .addressInUse(server.address))
      #expect(error?.description == "\(server.address) is already in use by another program")
      #expect(try await server.connect().get("/").text == "/")
    }
  }

  @Test func reportsAUnixSocketInUse() async throws {
    let path = NSTemporaryDirectory() + "HTTPAppServerTests-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await withServer(Self.app, configure: { $0.address = .unix(path: path) }) {
      server async throws in
      await #expect(throws: HTTPServerError.addressInUse(.unix(path: path))) {
        try await withServer(Self.app, configure: { $0.address = .unix(path: path) }) { _ in
          Issue.record("it listens")
        }
      }
      #expect(try await server.connect().get("/").text == "/")
    }
  }

  @Test(arguments: [
    ConnectionInfo.Address.ip("192.0.2.1", port: 0), .ip("no address", port: 0),
    .unix(path: "/no such directory/socket"),
  ])
  func reportsAnAddressThatItCannotListenOn(address: ConnectionInfo.Address) async throws {
    let error = await #expect(throws: HTTPServerError.self) {
      try await withServer(Self.app, configure: { $0.address = address }) { _ in }
    }
    guard case .cannotListen(address, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  // MARK: Ending

  @Test func endsWhenItsTaskIsCancelled() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      events.record("started")
      do { try await Task.sleep(for: .seconds(50)) } catch { events.record("cancelled") }
      return .text("")
    }
    var configuration = HTTPServerConfiguration(
      address: .ip("127.0.0.1", port: 0), loopCount: 2, logger: TestServer.silent)
    configuration.handlesSignals = false
    configuration.shutdownTimeout = .seconds(120)
    let listening = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
    configuration.onListening = { listening.continuation.yield($0) }
    let running = Task { [configuration] in
      try await HTTPServer(app, configuration: configuration).run()
    }
    var addresses = listening.stream.makeAsyncIterator()
    let client = try await RawClient(to: try #require(await addresses.next()), isReading: true)
    try await client.send(request("/"))
    await events.wait(for: "started")
    running.cancel()
    try await running.value
    #expect(events.all == ["started", "cancelled"])
    #expect(await client.receiveToEnd() == "")
  }

  @Test func stopsWaitingWhenCancelledDuringAGracefulShutdown() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      events.record("started")
      do { try await Task.sleep(for: .seconds(50)) } catch { events.record("cancelled") }
      return .text("")
    }
    let recorded = LifespanApp(base: app, name: "", events: events)
    var configuration = HTTPServerConfiguration(
      address: .ip("127.0.0.1", port: 0), loopCount: 1, logger: TestServer.silent)
    configuration.handlesSignals = false
    configuration.shutdownTimeout = .seconds(120)
    let listening = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
    configuration.onListening = { listening.continuation.yield($0) }
    let services = ServiceGroup(
      services: [HTTPServer(recorded, configuration: configuration)], logger: TestServer.silent)
    let running = Task { try await services.run() }
    var addresses = listening.stream.makeAsyncIterator()
    let client = try await RawClient(to: try #require(await addresses.next()), isReading: true)
    try await client.send(request("/"))
    await events.wait(for: "started")
    await services.triggerGracefulShutdown()
    await events.wait(for: " stopping")
    running.cancel()
    _ = await running.result
    #expect(events.all == [" up", "started", " stopping", "cancelled", " down"])
  }

  @Test func bracketsItsLifeWithTheApplications() async throws {
    let events = Events()
    let app = LifespanApp(base: Self.app, name: "app", events: events)
    try await withServer(app) { server async throws in
      #expect(events.all == ["app up"])
      #expect(try await server.connect().get("/").text == "/")
    }
    #expect(events.all == ["app up", "app stopping", "app down"])
  }

  @Test func doesNotStartWhenTheApplicationDoesNot() async throws {
    struct Failure: Error {}
    struct Failing: HTTPApplication {
      func respond(to request: Request) async throws -> Response { .notFound }
      func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
        throw Failure()
      }
    }
    await #expect(throws: Failure.self) {
      try await withServer(Failing()) { _ in Issue.record("it listens") }
    }
  }

  @Test func endsWithTheErrorOfTheApplicationsTeardown() async throws {
    struct Failure: Error {}
    struct Failing: HTTPApplication {
      func respond(to request: Request) async throws -> Response { .notFound }
      func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
        try await serve()
        throw Failure()
      }
    }
    await #expect(throws: Failure.self) {
      try await withServer(Failing()) { server async throws in
        #expect(try await server.connect().get("/").status == 404)
      }
    }
  }

  @Test func acceptsNoConnectionsAfterTheShutdownBegan() async throws {
    let events = Events()
    let app = LifespanApp(
      base: HTTPHandler { _ in
        events.record("started")
        await events.wait(for: "go")
        return .text("last")
      }, name: "", events: events)
    try await withServer(app) { server async throws in
      let client = try await server.connect()
      try await client.send(request("/"))
      await events.wait(for: "started")
      await server.beginShutdown()
      await events.wait(for: " stopping")
      await #expect(throws: (any Error).self) { _ = try await server.connect() }
      events.record("go")
      #expect(try await client.receiveResponse().text == "last")
    }
  }
}

/// An application that records its life.
struct LifespanApp<Base: HTTPApplication>: HTTPApplication {
  let base: Base
  let name: String
  let events: Events

  func respond(to request: Request) async throws -> Response {
    try await base.respond(to: request)
  }

  func withLifespan(_ serve: nonisolated(nonsending) () async throws -> Void) async throws {
    events.record("\(name) up")
    try await serve()
    events.record("\(name) down")
  }

  func beginGracefulShutdown() {
    events.record("\(name) stopping")
  }
}
