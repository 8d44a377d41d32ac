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

  @Test func doesNotCallAConnectionIdleThatIsBeingAnswered() throws {
    let events = Events()
    let app = HTTPHandler { request in
      await events.wait(for: "go")
      return .text("late")
    }
    let server = try EmbeddedConnection(to: app)
    try server.receive(request("/") + "GET /unfinished")
    let start = server.connection.lastActivity
    server.tick(start + .seconds(1000))
    #expect(server.connection.phase == .open)
    events.record("go")
    server.turn()
    #expect(String(buffer: try server.sent()).hasSuffix("late"))
    // Now it is the client's turn.
    server.tick(start + .seconds(1000))
    #expect(String(buffer: try server.sent()).hasPrefix("HTTP/1.1 408 "))
    server.end()
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

  // MARK: Bodies

  private static let echo = HTTPHandler { .bytes(try await $0.body.collect(upTo: 1 << 20)) }

  @Test func answers408WhenABodyComesTooSlowly() throws {
    let server = try EmbeddedConnection(to: Self.echo) {
      $0.limits.bodyTimeout = .seconds(10)
      $0.limits.minimumBodyRate = 10
    }
    try server.receive(request("/", method: "POST", "content-length: 1000"))
    let start = server.connection.lastActivity
    server.tick(start)
    try server.receive(ByteBuffer(repeating: 0x61, count: 100))
    server.tick(start + .seconds(10))
    try server.receive(ByteBuffer(repeating: 0x61, count: 99))
    server.tick(start + .seconds(19))
    #expect(try server.sent().readableBytes == 0)
    server.tick(start + .seconds(20))
    let answer = String(buffer: try server.sent())
    #expect(answer.hasPrefix("HTTP/1.1 408 "))
    #expect(answer.contains("connection: close\r\n"))
    server.end()
  }

  @Test func doesNotHurryAClientThatItKeepsWaiting() throws {
    let events = Events()
    let app = HTTPHandler { request in
      await events.wait(for: "go")
      return .bytes(try await request.body.collect(upTo: 1 << 20))
    }
    let server = try EmbeddedConnection(to: app) { $0.limits.bodyTimeout = .seconds(10) }
    try server.receive(request("/", method: "POST", "content-length: 100000"))
    // More than is held for an application that does not read.
    try server.receive(ByteBuffer(repeating: 0x61, count: 99_999))
    let start = server.connection.lastActivity
    for second in 0..<100 { server.tick(start + .seconds(Int64(second))) }
    #expect(server.connection.phase == .open)
    events.record("go")
    server.turn()
    try server.receive("b")
    #expect(String(buffer: try server.sent()).hasPrefix("HTTP/1.1 200 "))
    server.end()
  }

  @Test func doesNotHurryAClientThatWaitsFor100() throws {
    let app = HTTPHandler { _ in
      .stream { writer in
        try await writer.write("a")
        try await Task.sleep(for: .seconds(3600))
      }
    }
    let events = Events()
    let waiting = HTTPHandler { request in
      await events.wait(for: "go")
      return try await app.respond(to: request)
    }
    let server = try EmbeddedConnection(to: waiting) { $0.limits.bodyTimeout = .seconds(10) }
    try server.receive(
      request("/", method: "POST", "content-length: 1", "expect: 100-continue"))
    let start = server.connection.lastActivity
    for second in 0..<100 { server.tick(start + .seconds(Int64(second))) }
    #expect(server.connection.phase == .open)
    #expect(try server.sent().readableBytes == 0)
    server.end()
    events.record("go")
    server.turn()
  }

  // MARK: Numbers

  @Test func closesAConnectionAfterItsLastRequest() async throws {
    try await withConnection(
      to: Self.app, configure: { $0.limits.requestsPerConnection = 2 }
    ) { client async throws in
      try await client.send(request("/1") + request("/2") + request("/3"))
      #expect(try await client.receiveResponse()["connection"] == nil)
      let last = try await client.receiveResponse()
      #expect(last.text == "/2")
      #expect(last["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func refusesConnectionsThatThereIsNoRoomFor() async throws {
    try await withServer(
      Self.app, configure: { $0.limits.connections = 2 }
    ) { server async throws in
      let (first, second) = (try await server.connect(), try await server.connect())
      #expect(try await first.get("/1").text == "/1")
      #expect(try await second.get("/2").text == "/2")
      let third = try await server.connect()
      let refusal = try await third.receiveResponse()
      #expect(refusal.status == 503)
      #expect(refusal["connection"] == "close")
      #expect(await third.receiveToEnd() == "")
      #expect(try await first.get("/1").text == "/1")

      first.close()
      while true {
        let next = try await server.connect()
        // Fails if the refusal was faster.
        _ = try? await next.send(request("/4"))
        let response = try await next.receiveResponse()
        next.close()
        if response.status == 200 { break }
      }
    }
  }

  @Test func refusesTooManyConnectionsOfOnePeer() async throws {
    try await withServer(
      Self.app,
      configure: {
        $0.limits.connectionsPerPeer = 1
        $0.loopCount = 2
      }
    ) { server async throws in
      let first = try await server.connect()
      #expect(try await first.get("/1").text == "/1")
      for _ in 0..<8 {
        #expect(try await server.connect().receiveResponse().status == 429)
      }
      #expect(try await first.get("/1").text == "/1")
    }
  }

  // MARK: Peers that take nothing

  @Test func dropsAPeerThatTakesNothing() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .stream { writer in
        do {
          while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 1 << 20)) }
        } catch {
          events.record("\(error)")
        }
      }
    }
    try await withServer(
      app, configure: { $0.limits.writeTimeout = .milliseconds(500) }
    ) { server async throws in
      let deaf = try await server.connect(isReading: false)
      try await deaf.send(request("/"))
      await events.wait(for: "connectionClosed")
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
