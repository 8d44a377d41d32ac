// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionHeartbeatTests {
  @Test func pingsASilentPeerAndGoesOnWhenItAnswers() async throws {
    try await withSocket(
      {
        $0.pingInterval = .milliseconds(100)
        $0.pingTimeout = .seconds(50)
      }, handler: echoMessages
    ) { client, _ async throws in
      for _ in 0..<2 {
        #expect(try await client.receiveFrame() == .ping(""))
        try await client.send(.pong(""))
      }
      try await client.send(.text("here"))
      var frame = try await client.receiveFrame()
      while frame == .ping("") { frame = try await client.receiveFrame() }
      #expect(frame == .text("here"))
    }
  }

  @Test func dropsAPeerThatDoesNotAnswerPings() async throws {
    let events = Events()
    try await withSocket(
      {
        $0.pingInterval = .milliseconds(100)
        $0.pingTimeout = .milliseconds(200)
      },
      handler: { socket in
        do {
          for try await _ in socket.messages {}
        } catch {
          events.record("\(error) \(socket.closure!.code.rawValue)")
        }
      }
    ) { client, _ async throws in
      #expect(try await client.receiveFrame() == .ping(""))
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "connectionLost 1006")
    }
  }

  /// The pong may be among what is not read.
  @Test func doesNotDropAPeerWhileItsMessagesAreNotRead() throws {
    let events = Events()
    var options = WebSocketOptions()
    options.pingInterval = .seconds(30)
    options.pingTimeout = .seconds(20)
    let app = HTTPHandler { [options] _ in
      .webSocket(options: options) { socket in
        await events.wait(for: "go")
        for try await _ in socket.messages { events.record("message") }
      }
    }
    let server = try EmbeddedConnection(to: app)
    try server.upgrade()
    try server.receive(RawFrame.binary(zeros: 64 << 10).bytes())
    var now = server.connection.lastActivity
    for _ in 0..<20 {
      now = now + .seconds(10)
      server.tick(now)
    }
    #expect(server.connection.phase == .open)
    #expect(try server.sent().readableBytes == 0)

    // From now on a silent peer is silent.
    events.record("go")
    server.turn()
    #expect(events.all == ["go", "message"])
    server.tick(now + .seconds(29))
    #expect(try server.sent().readableBytes == 0)
    server.tick(now + .seconds(30))
    #expect(try server.sent() == RawFrame.ping("").bytes(isMasked: false))
    server.tick(now + .seconds(49))
    #expect(server.connection.phase == .open)
    server.tick(now + .seconds(50))
    #expect(server.connection.phase == .closing)
    server.end()
  }
}
