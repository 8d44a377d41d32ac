// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionReceivingTests {
  @Test func joinsFragmentsAroundControlFrames() async throws {
    try await withSocket(handler: echoMessages) { client, _ async throws in
      try await client.send(RawFrame(opcode: 1, "hel", isFinal: false))
      try await client.send(.ping("still there?"))
      try await client.send(RawFrame(opcode: 0, isFinal: false))
      try await client.send(RawFrame(opcode: 0, "lo"))
      #expect(try await client.receiveFrame() == .pong("still there?"))
      #expect(try await client.receiveFrame() == .text("hello"))
    }
  }

  @Test func takesFramesByteByByte() async throws {
    try await withSocket(handler: echoMessages) { client, _ async throws in
      for byte in RawFrame.text("hello").bytes().readableBytesView {
        try await client.send(ByteBuffer(bytes: [byte]))
      }
      #expect(try await client.receiveFrame() == .text("hello"))
    }
  }

  @Test func stopsReadingWhileTheHandlerDoesNot() async throws {
    let events = Events()
    let count = 16
    try await withSocket(handler: { socket in
      events.record("started")
      await events.wait(for: "go")
      var received = 0
      while received < count, try await socket.receive() != nil { received += 1 }
      try await socket.send("\(received)")
    }) { client, server async throws in
      await events.wait(for: "started")
      let frame = RawFrame.binary(zeros: 1 << 20).bytes()
      for _ in 0..<count { client.post(frame) }
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("go")
      #expect(try await client.receiveFrame() == .text("\(count)"))
    }
  }

  @Test func stopsReadingEmptyMessagesToo() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      events.record("started")
      await events.wait(for: "go")
      socket.close(.goingAway)
      _ = try await socket.receive()
    }) { client, server async throws in
      await events.wait(for: "started")
      var flood = RawFrame.binary(zeros: 0).bytes()
      while flood.readableBytes < 16 << 20 { flood.writeImmutableBuffer(flood) }
      client.post(flood)
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("go")
      #expect(try await client.receiveFrame() == .close(1001))
    }
  }

  @Test func answersOnlyTheLatestPingWhileThePeerDoesNotRead() async throws {
    let events = Events()
    let bytes = ByteBuffer(repeating: 0x61, count: 16 << 20)
    try await withSocket(
      isReading: false,
      handler: { socket in
        events.record("\(socket.offer(.binary(bytes)))")
        for try await message in socket.messages { events.record("\(message)") }
      }
    ) { client, _ async throws in
      await events.wait(for: "buffered")
      for number in 0..<1000 { try await client.send(.ping("\(number)")) }
      try await client.send(.text("end"))
      await events.wait(for: "\(WebSocketMessage.text("end"))")
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame().payload.readableBytes == bytes.readableBytes)
      #expect(try await client.receiveFrame() == .pong("999"))
    }
  }

  /// Where the actor resumes is the runtime's choice, so this can miss what the next test shows.
  @Test func servesAnActorThatReadsFromTwoLoops() async throws {
    let reader = Reader()
    let events = Events()
    let app = HTTPHandler { request in
      .webSocket { socket in
        events.record("\(ObjectIdentifier(request.connection.executor!).hashValue)")
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<2 { group.addTask { try await reader.echo(socket) } }
          try await group.waitForAll()
        }
      }
    }
    try await withServer(app, configure: { $0.loopCount = 2 }) { server async throws in
      var clients: [RawClient] = []
      while Set(events.all).count < 2 {
        let client = try await server.connect()
        #expect(try await client.upgrade().status == 101)
        clients.append(client)
      }
      for _ in 0..<500 {
        for client in clients {
          for _ in 0..<2 { client.post(RawFrame.text("a").bytes()) }
        }
        for client in clients {
          for _ in 0..<2 { #expect(try await client.receiveFrame() == .text("a")) }
        }
      }
    }
  }

  private actor Reader {
    func echo(_ socket: WebSocket) async throws {
      for try await message in socket.messages { _ = socket.offer(message) }
    }
  }

  @Test(arguments: ManualCaller.Kind.allCases)
  func waitsOnTheLoopWhereverItsReaderRuns(kind: ManualCaller.Kind) throws {
    let events = Events()
    let reader = ManualCaller(kind)
    let app = HTTPHandler { _ in
      .webSocket { socket in
        try await reader.run {
          for try await _ in socket.messages { events.record("message") }
        }
      }
    }
    let server = try EmbeddedConnection(to: app)
    try server.upgrade()
    reader.runReady()
    server.turn()
    try server.receive(RawFrame.binary(zeros: 64 << 10).bytes())
    // So much would stop reading if it were not taken before the reader goes on, elsewhere.
    #expect(server.connection.webSocket?.wantsToRead == true)
    #expect(events.all == [])
    reader.runReady()
    #expect(events.all == ["message"])
    server.end()
    reader.runReady()
  }
}
