// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct GroupSendingTests {
  private static let group: [EngineIOMessage] = ["a", .binary(ByteBuffer(bytes: [1])), "c"]

  @Test func parkedPollTakesAGroupInOnePayload() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let poll = try await client.park(sid)
      try await session.send(contentsOf: Self.group)
      #expect(try await poll.value.body == "4a\u{1e}bAQ==\u{1e}4c")
    }
  }

  @Test func groupOfNothingSendsNothing() async throws {
    try await serve(EngineIOServer()) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let poll = try await client.park(sid)
      try await session.send(contentsOf: [])
      #expect(session.hasParkedPoll)
      try await session.send("x")
      #expect(try await poll.value.body == "4x")
      session.disconnect()
      await #expect(throws: EngineIOSendError.closed) { try await session.send(contentsOf: []) }
    }
  }

  @Test func groupIsTakenWholeOrNotAtAll() async throws {
    try await serve(EngineIOServer(.init(sendBufferMessages: 1))) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      await #expect(throws: EngineIOSendError.separatorInText) {
        try await session.send(contentsOf: ["a", "b\u{1e}", "c"])
      }
      #expect(session.bufferedMessages == 0)
      try session.offer(contentsOf: Self.group)
      #expect(session.bufferedMessages == 3)
      #expect(throws: EngineIOSendError.bufferFull) { try session.offer(contentsOf: ["x", "y"]) }
      #expect(try await client.poll(sid).body == "4a\u{1e}bAQ==\u{1e}4c")
      #expect(session.bufferedMessages == 0)
    }
  }

  @Test func groupSuspendsAboveTheLimit() async throws {
    try await serve(EngineIOServer(.init(sendBufferMessages: 2))) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let sender = Task { try await session.send(contentsOf: Self.group) }
      await eventually { session.isWaitingToSend }
      #expect(try await client.poll(sid).body == "4a\u{1e}bAQ==\u{1e}4c")
      try await sender.value
    }
  }

  @Test func webSocketThatIsFullRefusesAnOfferedGroupWhole() async throws {
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      socket.setStalled(true)
      #expect(throws: EngineIOSendError.bufferFull) { try session.offer(contentsOf: Self.group) }
      let sender = Task { try await session.send(contentsOf: Self.group) }
      for message in [WebSocketMessage.text("4a"), .binary(ByteBuffer(bytes: [1])), .text("4c")] {
        #expect(await socket.next() == message)
      }
      socket.setStalled(false)
      try await sender.value
      socket.close()
      await eventually { !session.isOpen }
      await #expect(throws: EngineIOSendError.closed) {
        try await session.send(contentsOf: Self.group)
      }
    }
  }

  @Test func groupCanBeLeftUncompressed() async throws {
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      try await session.send(contentsOf: ["a", "b"], compress: false)
      try session.offer(contentsOf: ["c"], compress: false)
      session.sendVolatile("d", compress: false)
      try await session.send(contentsOf: ["e"])
      session.sendVolatile("f")
      for text in ["4a", "4b", "4c", "4d", "4e", "4f"] { #expect(await socket.text() == text) }
      #expect(socket.uncompressed == [.text("4a"), .text("4b"), .text("4c"), .text("4d")])
    }
  }

  @Test func groupSentWithinConnectTravelsInTheHandshake() async throws {
    let engine = EngineIOServer()
    engine.onConnect { session, _ in try await session.send(contentsOf: Self.group) }
    try await serve(engine) { client in
      let answer = try await client.get("EIO=4&transport=polling")
      #expect(answer.body.hasSuffix("\u{1e}4a\u{1e}bAQ==\u{1e}4c"))
      let (socket, _) = try await client.connectWebSocket()
      #expect(await socket.text() == "4a")
    }
  }

  /// Many tasks send groups while the session goes from polling to a WebSocket.
  @Test(arguments: Place.allCases) func nothingGetsBetween(place: Place) async throws {
    let senders = 4
    let groups = 50
    try await serve(EngineIOServer(.init(sendBufferMessages: 10)), in: place) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let sending = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for sender in 0..<senders {
            group.addTask {
              for number in 0..<groups {
                try await session.send(
                  contentsOf: (0..<3).map { .text("\(sender):\(number):\($0)") })
              }
            }
          }
          try await group.waitForAll()
        }
      }
      var received: [Substring] = []
      func take(_ payload: String) {
        received += payload.split(separator: "\u{1e}").filter { $0 != "6" }.map { $0.dropFirst() }
      }
      for _ in 0..<3 { take(try await client.poll(sid).body) }
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      take(try await client.poll(sid).body)
      socket.send("5")
      while received.count < senders * groups * 3 { take(try #require(await socket.text())) }
      try await sending.value
      for start in stride(from: 0, to: received.count, by: 3) {
        let name = received[start].dropLast(2)
        #expect(received[start..<(start + 3)] == ["\(name):0", "\(name):1", "\(name):2"])
      }
    }
  }

  @Test(arguments: TestMode.allCases) func overTheWire(mode: TestMode) async throws {
    let engine = EngineIOServer()
    engine.onMessage { session, _ in
      try await session.send(contentsOf: ["a", "b", "c"])
      try await session.drain()
      try await session.send("drained")
    }
    try await engine.test(mode) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        _ = try await socket.receive()
        try await socket.send("4go")
        for text in ["4a", "4b", "4c", "4drained"] {
          #expect(try await socket.receive() == .text(text))
        }
      }
    }
  }
}
