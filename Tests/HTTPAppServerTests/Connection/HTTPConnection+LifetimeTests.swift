// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionLifetimeTests {
  static let app = HTTPHandler { .text($0.path) }

  @Test func answers408WhenAHeadTakesTooLong() async throws {
    try await withConnection(
      to: Self.app, configure: { $0.limits.headTimeout = .milliseconds(200) }
    ) { client async throws in
      #expect(try await client.get("/first").text == "/first")
      try await client.send("GET /slow HTTP/1.1\r\n")
      let response = try await client.receiveResponse()
      #expect(response.status == 408)
      #expect(response["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func answers408HoweverSteadilyAHeadDrips() async throws {
    try await withConnection(
      to: Self.app, configure: { $0.limits.headTimeout = .milliseconds(300) }
    ) { client async throws in
      let dripping = Task { [bytes = ByteBuffer(string: "x"), sender = client.sender] in
        sender(ByteBuffer(string: "GET /"))
        while !Task.isCancelled {
          sender(bytes)
          try? await Task.sleep(for: .milliseconds(10))
        }
      }
      #expect(try await client.receiveResponse().status == 408)
      dripping.cancel()
    }
  }

  @Test func closesIdleConnections() async throws {
    try await withServer(
      Self.app, configure: { $0.limits.idleTimeout = .milliseconds(300) }
    ) { server async throws in
      let (used, fresh) = (try await server.connect(), try await server.connect())
      // On a busy machine even this may come too late.
      _ = try? await used.get("/")
      #expect(await used.receiveToEnd() == "")
      #expect(await fresh.receiveToEnd() == "")
      #expect(used.end == .closed && fresh.end == .closed)
    }
  }

  @Test func doesNotCallAConnectionIdleThatIsBeingAnswered() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      events.record("started")
      await events.wait(for: "go")
      return .text("late")
    }
    try await withServer(
      app,
      configure: {
        $0.limits.idleTimeout = .seconds(2)
        $0.limits.headTimeout = .milliseconds(200)
      }
    ) { server in
      let busy = try await server.connect()
      try await busy.send(request("/") + "GET /unfinished")
      await events.wait(for: "started")
      // One that is idle for less long is closed.
      let idle = try await server.connect()
      #expect(await idle.receiveToEnd() == "")
      events.record("go")
      #expect(try await busy.receiveResponse().text == "late")
    }
  }

  @Test func closesIdleConnectionsAtShutdown() async throws {
    try await withServer(Self.app, configure: { $0.shutdownTimeout = .seconds(120) }) {
      server async throws in
      let (used, fresh) = (try await server.connect(), try await server.connect())
      #expect(try await used.get("/").status == 200)
      await server.beginShutdown()
      #expect(await used.receiveToEnd() == "")
      #expect(await fresh.receiveToEnd() == "")
    }
  }

  @Test func finishesWhatIsInFlightAtShutdown() async throws {
    let events = Events()
    let app = GracefulApp(events: events) { request in
      events.record("started")
      await events.wait(for: "stopping")
      return .text("finished")
    }
    try await withConnectionAndServer(to: app) { client, server async throws in
      try await client.send(request("/") + request("/never"))
      await events.wait(for: "started")
      await server.beginShutdown()
      let response = try await client.receiveResponse()
      #expect(response.text == "finished")
      #expect(response["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func finishesStreamsAtShutdown() async throws {
    let events = Events()
    let app = GracefulApp(events: events) { _ in
      .stream { writer in
        try await writer.write("a")
        await events.wait(for: "stopping")
        try await writer.write("b")
      }
    }
    try await withConnectionAndServer(to: app) { client, server async throws in
      try await client.send(request("/"))
      _ = try await client.receiveHead()
      await server.beginShutdown()
      #expect(await client.receiveToEnd() == "1\r\na\r\n1\r\nb\r\n0\r\n\r\n")
    }
  }

  @Test func closesWebSocketsAtShutdown() async throws {
    let app = HTTPHandler { _ in .webSocket { for try await _ in $0.messages {} } }
    try await withConnectionAndServer(to: app) { client, server async throws in
      #expect(try await client.upgrade().status == 101)
      await server.beginShutdown()
      #expect(try await client.receiveFrame() == .close(1001))
      try await client.send(.close(1001))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func closesWebSocketsThatOpenDuringShutdown() async throws {
    let events = Events()
    let app = GracefulApp(events: events) { _ in
      events.record("asked")
      await events.wait(for: "stopping")
      return .webSocket { for try await _ in $0.messages {} }
    }
    try await withConnectionAndServer(to: app) { client, server async throws in
      try await client.send(
        request(
          "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
      await events.wait(for: "asked")
      await server.beginShutdown()
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame() == .close(1001))
      try await client.send(.close(1001))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test(arguments: ["/request", "/socket", "/closed"])
  func cutsWhatDoesNotFinishAtShutdown(path: String) async throws {
    let events = Events()
    let app = HTTPHandler { request in
      let hang = { @Sendable in
        events.record("started")
        do { try await Task.sleep(for: .seconds(50)) } catch { events.record("cancelled") }
      }
      guard request.path != "/request" else {
        await hang()
        return .text("")
      }
      return .webSocket { _ in await hang() }
    }
    try await withServer(
      app, configure: { $0.shutdownTimeout = .milliseconds(200) }
    ) { server async throws in
      let client = try await server.connect()
      if path == "/request" {
        try await client.send(request(path))
      } else {
        #expect(try await client.upgrade(path).status == 101)
      }
      await events.wait(for: "started")
      if path == "/closed" {
        // The peer is gone in good order; the handler goes on.
        try await client.send(.close(1000))
        _ = await client.receiveToEnd()
      }
      await server.beginShutdown()
      await events.wait(for: "cancelled")
      _ = await client.receiveToEnd()
    }
  }

  private func withConnectionAndServer(
    to app: some HTTPApplication, _ body: (RawClient, TestServer) async throws -> Void
  ) async throws {
    try await withServer(app, configure: { $0.shutdownTimeout = .seconds(120) }) {
      server async throws in
      try await body(server.connect(), server)
    }
  }
}

/// An application that records its shutdown.
private struct GracefulApp: HTTPApplication {
  let events: Events
  let body: @Sendable (Request) async throws -> Response

  func respond(to request: Request) async throws -> Response { try await body(request) }

  func beginGracefulShutdown() { events.record("stopping") }
}
