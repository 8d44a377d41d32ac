// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct SendingTests {
  @Test func sendSuspendsUntilAPollTakesWhatWaits() async throws {
    let log = Log()
    let engine = EngineIOServer(.init(sendBufferMessages: 2))
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let sender = Task {
        for text in ["1", "2", "3", "4", "5", "6", "7"] {
          try await session.send(text)
          log(text)
        }
      }
      await eventually { session.isWaitingToSend }
      #expect(log.lines == ["1", "2"])
      #expect(throws: EngineIOSendError.bufferFull) { try session.offer("dropped") }
      #expect(try await client.poll(sid).body == "41\u{1e}42\u{1e}43")
      await eventually { session.isWaitingToSend }
      #expect(try await client.poll(sid).body == "44\u{1e}45\u{1e}46")
      try await sender.value
      #expect(try await client.poll(sid).body == "47")
    }
  }

  @Test func bufferIsAlsoBoundedInBytes() async throws {
    let engine = EngineIOServer(.init(sendBufferBytes: 100))
    try await serve(engine) { client in
      let session = try client.session(try await client.connect())
      try session.offer(.binary(ByteBuffer(repeating: 0, count: 100)))
      #expect(session.bufferedBytes == 101)
      #expect(throws: EngineIOSendError.bufferFull) { try session.offer("x") }
    }
  }

  @Test func endOfTheSessionWakesTheSender() async throws {
    let engine = EngineIOServer(.init(sendBufferMessages: 1))
    try await serve(engine) { client in
      let session = try client.session(try await client.connect())
      let sender = Task {
        while true { try await session.send("x") }
      }
      await eventually { session.isWaitingToSend }
      session.disconnect()
      await #expect(throws: EngineIOSendError.closed) { try await sender.value }
    }
  }

  @Test func cancelledSenderDoesNotWait() async throws {
    let engine = EngineIOServer(.init(sendBufferMessages: 1))
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send("1")
      let sender = Task { try await session.send("2") }
      await eventually { session.isWaitingToSend }
      sender.cancel()
      try await sender.value
      #expect(!session.isWaitingToSend)
      #expect(try await client.poll(sid).body == "41\u{1e}42")
    }
  }

  @Test func upgradeMakesRoom() async throws {
    let engine = EngineIOServer(.init(sendBufferMessages: 1))
    try await serve(engine) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      let sender = Task {
        for text in ["1", "2", "3", "4"] { try await session.send(text) }
      }
      await eventually { session.isWaitingToSend }
      socket.send("5")
      try await sender.value
      for text in ["41", "42", "43", "44"] { #expect(await socket.text() == text) }
    }
  }

  @Test func webSocketThatDoesNotTakeMessagesSuspendsTheSender() async throws {
    let log = Log()
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      socket.setStalled(true)
      let sender = Task {
        for text in ["1", "2"] {
          try await session.send(text)
          log(text)
        }
      }
      #expect(await socket.text() == "41")
      #expect(throws: EngineIOSendError.bufferFull) { try session.offer("dropped") }
      #expect(log.lines.isEmpty)
      socket.setStalled(false)
      try await sender.value
      #expect(log.lines == ["1", "2"])
      #expect(await socket.text() == "42")
    }
  }

  @Test func closeOfAStalledWebSocketWakesTheSender() async throws {
    try await serve(EngineIOServer()) { client in
      let (socket, sid) = try await client.connectWebSocket()
      let session = try client.session(sid)
      socket.setStalled(true)
      let sender = Task { try await session.send("1") }
      #expect(await socket.text() == "41")
      socket.fail(.connectionLost)
      await #expect(throws: EngineIOSendError.closed) { try await sender.value }
    }
  }

  @Test func textThatPollingCannotCarry() async throws {
    try await serve(EngineIOServer()) { client in
      let session = try client.session(try await client.connect())
      await #expect(throws: EngineIOSendError.separatorInText) {
        try await session.send("a\u{1e}b")
      }
      let (socket, sid) = try await client.connectWebSocket()
      try await client.session(sid).send("a\u{1e}b")
      #expect(await socket.text() == "4a\u{1e}b")
    }
  }

  /// Many tasks send while the session goes from polling to a WebSocket: each one's messages
  /// arrive complete and in order.
  @Test(arguments: Place.allCases)
  func orderAcrossAnUpgrade(place: Place) async throws {
    try await serve(EngineIOServer(.init(sendBufferMessages: 10)), in: place) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      let senders = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for sender in 0..<4 {
            group.addTask {
              for number in 0..<200 { try await session.send("\(sender):\(number)") }
            }
          }
          try await group.waitForAll()
        }
      }
      var received: [Substring] = []
      for _ in 0..<5 {
        received += try await client.poll(sid).body.split(separator: "\u{1e}").map {
          $0.dropFirst()
        }
      }
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      #expect(await socket.text() == "3probe")
      let last = try await client.poll(sid).body
      if last != "6" { received += last.split(separator: "\u{1e}").map { $0.dropFirst() } }
      socket.send("5")
      while received.count < 800 {
        received.append(try #require(await socket.text()).dropFirst())
      }
      try await senders.value
      for sender in 0..<4 {
        let own = received.filter { $0.hasPrefix("\(sender):") }
        #expect(own == (0..<200).map { "\(sender):\($0)" })
      }
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct BroadcastTests {
  @Test func reachesEverySession() async throws {
    let engine = EngineIOServer()
    try await serve(engine) { client in
      let polling = try await client.connect()
      let (socket, sid) = try await client.connectWebSocket()
      let (upgraded, _) = try await client.connectAndUpgrade()
      #expect(engine.broadcast("hi") == 3)
      #expect(try await client.poll(polling).body == "4hi")
      #expect(await socket.text() == "4hi")
      #expect(await upgraded.text() == "4hi")
      let bytes = ByteBuffer(bytes: [1])
      #expect(engine.broadcast(.binary(bytes)) { $0.id.rawValue != sid } == 2)
      #expect(try await client.poll(polling).body == "bAQ==")
      #expect(await upgraded.next() == .binary(bytes))
    }
  }

  @Test func slowClientIsDisconnected() async throws {
    let log = Log()
    let engine = EngineIOServer(.init(sendBufferMessages: 1))
    engine.onDisconnect { _, reason in log(reason.rawValue) }
    try await serve(engine) { client in
      let slow = try await client.connect()
      for _ in 0..<2 { #expect(engine.broadcast("x") == 1) }
      #expect(engine.broadcast("x") == 0)
      #expect(await log.lines(1) == ["send buffer full"])
      #expect(try await client.poll(slow).status == 400)
    }
  }

  @Test func slowClientCanBeSkipped() async throws {
    let engine = EngineIOServer(.init(sendBufferMessages: 1))
    try await serve(engine) { client in
      let slow = try await client.connect()
      for text in ["1", "2", "3"] { engine.broadcast(.text(text), toSlowClients: .skip) }
      #expect(try await client.poll(slow).body == "41\u{1e}42")
    }
  }
}

extension EngineIOSession {
  var isWaitingToSend: Bool { state.withLock { !$0.senders.isEmpty } }
}
