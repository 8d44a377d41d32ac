// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionReceiverTests {
  @Test func callsTheReceiverInOrder() async throws {
    try await withReceiver { client, events, _ async throws in
      try await client.send(RawFrame.bytes([.text("a"), .text("b"), .close(1000)]))
      #expect(try await client.receiveFrame() == .text("a"))
      #expect(try await client.receiveFrame() == .text("b"))
      #expect(try await client.receiveFrame() == .close(1000))
      await events.wait(for: "end")
      #expect(events.all == ["begin", "a", "b", "end"])
    }
  }

  @Test func givesWhatCameWithTheRequestForTheUpgrade() async throws {
    try await withReceiver(first: [.text("early")]) { client, events, _ async throws in
      #expect(try await client.receiveFrame() == .text("early"))
      #expect(events.all == ["begin", "early"])
    }
  }

  @Test func waitsForRoomBeforeTheNextMessage() async throws {
    try await withReceiver { client, events, server async throws in
      try await client.send(RawFrame.bytes([.text("wait"), .text("a"), .ping("still there?")]))
      #expect(try await client.receiveFrame() == .pong("still there?"))
      #expect(events.all == ["begin", "wait"])
      events.record("room")
      #expect(try await client.receiveFrame() == .text("a"))
      #expect(events.all == ["begin", "wait", "room", "a"])
    }
  }

  @Test func doesNotWaitForRoomOnceThePeerHasClosed() async throws {
    try await withReceiver { client, events, _ async throws in
      try await client.send(RawFrame.bytes([.text("wait"), .text("a"), .close(1000)]))
      await events.wait(for: "end")
      #expect(events.all == ["begin", "wait", "a", "end"])
    }
  }

  @Test func stopsReadingWhileThereIsNoRoom() async throws {
    try await withReceiver { client, events, server async throws in
      let frame = RawFrame.binary(zeros: 1 << 20).bytes()
      try await client.send(.text("wait"))
      for _ in 0..<16 { client.post(frame) }
      client.post(RawFrame.text("last").bytes())
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("room")
      #expect(try await client.receiveFrame() == .text("last"))
    }
  }

  @Test func doesNotWaitForRoomOnceTheConnectionIsLost() async throws {
    try await withReceiver { client, events, _ async throws in
      try await client.send(RawFrame.bytes([.text("wait"), .text("a"), .text("wait"), .text("b")]))
      await events.wait(for: "wait")
      try await client.reset()
      await events.wait(for: "end: connection lost")
      #expect(events.all == ["begin", "wait", "a", "wait", "b", "end: connection lost"])
    }
  }

  @Test func mayBeClosedFromWithin() async throws {
    try await withReceiver { client, events, _ async throws in
      try await client.send(RawFrame.bytes([.text("close"), .text("too late")]))
      #expect(try await client.receiveFrame() == .close(1001))
      await events.wait(for: "end")
      #expect(events.all.filter { $0 == "end" }.count == 1)
    }
  }

  @Test func tellsWhatThePeerDidWrong() async throws {
    try await withReceiver { client, events, _ async throws in
      try await client.send(RawFrame(opcode: 3, ""))
      await events.wait(for: "end: violation 1002")
    }
  }

  @Test func endsWithTheServer() async throws {
    let events = Events()
    try await withReceiver(events) { client, _, _ async throws in
      await events.wait(for: "begin")
      client.post(RawFrame.text("wait").bytes())
      await events.wait(for: "wait")
    }
    #expect(events.all.last?.hasPrefix("end") == true)
  }

  private func withReceiver(
    _ events: Events = Events(), first: [RawFrame] = [],
    _ body: (RawClient, Events, TestServer) async throws -> Void
  ) async throws {
    let app = HTTPHandler { request in
      guard request.isWebSocketUpgrade else { return .text("") }
      return .webSocket(options: WebSocketOptions(), receiver: RecordingReceiver(events))
    }
    try await withServer(app) { server async throws in
      let client = try await server.connect()
      var bytes = ByteBuffer(
        string: request(
          "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
      bytes.writeImmutableBuffer(RawFrame.bytes(first))
      try await client.send(bytes)
      #expect(try await client.receiveHead().status == 101)
      try await body(client, events, server)
      client.close()
    }
  }
}
