// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionTests {
  @Test(arguments: [false, true])
  func echoesMessages(isOffloaded: Bool) async throws {
    try await withSocket(
      { $0.highWaterMark = 16 << 20 }, isOffloaded: isOffloaded, handler: echoMessages
    ) { client, _ async throws in
      let messages: [RawFrame] =
        [.text("hello"), .text(""), .text("grüße 🌍"), .binary(ByteBuffer(bytes: [0, 255, 1]))]
        + [125, 126, 65535, 65536, 1 << 20].map { .binary(zeros: $0) }
      for message in messages {
        try await client.send(message)
        #expect(try await client.receiveFrame() == message)
      }
      try await client.send(RawFrame.bytes(messages))
      for message in messages { #expect(try await client.receiveFrame() == message) }
    }
  }

  @Test func servesTasksThatAreNotTheHandlers() async throws {
    let (sockets, found) = AsyncStream.makeStream(of: WebSocket.self)
    try await withSocket(handler: { socket in
      found.yield(socket)
      for try await message in socket.messages { try await socket.send(message) }
    }) { client, _ async throws in
      var iterator = sockets.makeAsyncIterator()
      let socket = try #require(await iterator.next())
      try await socket.send("from outside")
      #expect(try await client.receiveFrame() == .text("from outside"))
      try await client.send(.text("echo"))
      #expect(try await client.receiveFrame() == .text("echo"))
      socket.close(.goingAway, reason: "outside")
      #expect(try await client.receiveFrame() == .close(1001, "outside"))
      #expect(socket.offer(.text("late")) == .closed)
    }
  }
}
