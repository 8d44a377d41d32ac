// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionTests {
  /// Serves WebSockets with `options`, and text to plain requests; opens one.
  private func withSocket(
    _ options: (inout WebSocketOptions) -> Void = { _ in }, isReading: Bool = true,
    isOffloaded: Bool = false,
    handler: @escaping @Sendable (WebSocket) async throws -> Void,
    _ body: (RawClient, TestServer) async throws -> Void
  ) async throws {
    var chosen = WebSocketOptions()
    options(&chosen)
    let app = HTTPHandler { [chosen] request in
      guard request.isWebSocketUpgrade else { return .text("") }
      return .webSocket(options: chosen) { socket in
        guard isOffloaded else { return try await handler(socket) }
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
          #expect((socket.executor as? LoopExecutor)?.loop.inEventLoop == false)
          try await handler(socket)
        }
      }
    }
    try await withServer(app) { server async throws in
      let client = try await server.connect(isReading: isReading)
      if isReading {
        #expect(try await client.upgrade().status == 101)
      } else {
        try await client.send(
          request(
            "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
      }
      try await body(client, server)
    }
  }

  static let echo: @Sendable (WebSocket) async throws -> Void = { socket in
    for try await message in socket.messages { try await socket.send(message) }
  }

  // MARK: Messages

  @Test(arguments: [false, true])
  func echoesMessages(isOffloaded: Bool) async throws {
    try await withSocket(
      { $0.highWaterMark = 16 << 20 }, isOffloaded: isOffloaded, handler: Self.echo
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

  @Test func joinsFragmentsAroundControlFrames() async throws {
    try await withSocket(handler: Self.echo) { client, _ async throws in
      try await client.send(RawFrame(opcode: 1, "hel", isFinal: false))
      try await client.send(.ping("still there?"))
      try await client.send(RawFrame(opcode: 0, isFinal: false))
      try await client.send(RawFrame(opcode: 0, "lo"))
      #expect(try await client.receiveFrame() == .pong("still there?"))
      #expect(try await client.receiveFrame() == .text("hello"))
    }
  }

  @Test func takesFramesByteByByte() async throws {
    try await withSocket(handler: Self.echo) { client, _ async throws in
      for byte in RawFrame.text("hello").bytes().readableBytesView {
        try await client.send(ByteBuffer(bytes: [byte]))
      }
      #expect(try await client.receiveFrame() == .text("hello"))
    }
  }

  // MARK: Closing (RFC 6455 section 7)

  @Test func answersTheClientsClose() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      for try await message in socket.messages { events.record("\(message)") }
      events.record("\(socket.closure!.code.rawValue) \(socket.closure!.reason)")
      events.record("by peer: \(socket.closure!.byPeer), after: \(socket.offer(.text("x")))")
    }) { client, _ async throws in
      try await client.send(.close(4001, "enough"))
      #expect(try await client.receiveFrame() == .close(4001))
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
      await events.wait(for: "by peer: true, after: closed")
      #expect(events.all.first == "4001 enough")
    }
  }

  /// Of one write, and so usually of one read.
  @Test(arguments: [RawFrame.close(4001), RawFrame(opcode: 3)])
  func answersWhatCameBeforeTheEnd(last: RawFrame) async throws {
    try await withSocket(handler: Self.echo) { client, _ async throws in
      try await client.send(RawFrame.bytes([.text("a"), .ping("b"), .text("c"), last, .text("d")]))
      #expect(try await client.receiveFrame() == .pong("b"))
      #expect(try await client.receiveFrame() == .text("a"))
      #expect(try await client.receiveFrame() == .text("c"))
      #expect(try await client.receiveFrame().closeCode == (last.closeCode ?? 1002))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func answersACloseWithoutStatus() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      for try await _ in socket.messages {}
      events.record("\(socket.closure!.code.rawValue)")
    }) { client, _ async throws in
      try await client.send(RawFrame(opcode: 8))
      #expect(try await client.receiveFrame() == RawFrame(opcode: 8))
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "1005")
    }
  }

  @Test func closesWhenTheHandlerReturns() async throws {
    try await withSocket(handler: { try await $0.send("bye") }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .text("bye"))
      #expect(try await client.receiveFrame() == .close(1000))
      try await client.send(.close(1000))
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func closesWith1011WhenTheHandlerThrows() async throws {
    struct Failure: Error {}
    try await withSocket(handler: { _ in throw Failure() }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .close(1011))
    }
  }

  @Test func closesWithTheApplicationsCodeOnce() async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      socket.close(.init(rawValue: 4000), reason: "first")
      socket.close(.policyViolation, reason: "second")
      events.record("\(try await socket.receive() == nil) \(socket.closure!.reason)")
      await #expect(throws: WebSocketError.closed) { try await socket.send("late") }
      events.record("done")
    }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .close(4000, "first"))
      // What crosses the close frame is not delivered.
      try await client.send(.text("crossing"))
      try await client.send(.close(4000))
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "done")
      #expect(events.all.first == "true first")
    }
  }

  @Test(arguments: [nil, RawFrame.text("never mind"), .ping("")])
  func dropsAPeerThatDoesNotAnswerAClose(instead: RawFrame?) async throws {
    try await withSocket({ $0.closeTimeout = .milliseconds(200) }, handler: { _ in }) {
      client, _ async throws in
      #expect(try await client.receiveFrame() == .close(1000))
      if let instead { client.post(instead.bytes()) }
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test(arguments: ["close", "reset"])
  func tellsAndCancelsTheHandlerWhenTheConnectionIsLost(how: String) async throws {
    let events = Events()
    try await withSocket(handler: { socket in
      await withTaskCancellationHandler {
        do {
          for try await _ in socket.messages { events.record("message") }
        } catch {
          events.record("\(error) \(socket.closure!.code.rawValue)")
        }
      } onCancel: {
        events.record("cancelled")
      }
    }) { client, _ async throws in
      try await client.send(.text(""))
      await events.wait(for: "message")
      if how == "close" { client.close() } else { try await client.reset() }
      await events.wait(for: "connectionLost 1006")
      await events.wait(for: "cancelled")
    }
  }

  // MARK: Violations

  static let violations: [(what: String, bytes: ByteBuffer, code: UInt16)] = [
    ("unmasked", RawFrame.text("a").bytes(isMasked: false), 1002),
    ("reserved bit", ByteBuffer(bytes: [0xc1, 0x80, 0, 0, 0, 0]), 1002),
    ("reserved opcode", RawFrame(opcode: 3).bytes(), 1002),
    ("orphan", RawFrame(opcode: 0).bytes(), 1002),
    ("long ping", RawFrame(opcode: 9, payload: ByteBuffer(repeating: 0, count: 126)).bytes(), 1002),
    ("fragmented ping", RawFrame(opcode: 9, isFinal: false).bytes(), 1002),
    ("bad close code", RawFrame.close(1005).bytes(), 1002),
    ("invalid UTF-8", RawFrame(opcode: 1, payload: ByteBuffer(bytes: [0xc3, 0x28])).bytes(), 1007),
    (
      "invalid reason", RawFrame(opcode: 8, payload: ByteBuffer(bytes: [3, 232, 0xff])).bytes(),
      1007
    ),
    ("big frame", RawFrame.binary(zeros: 1001).bytes(), 1009),
    (
      "huge frame",
      ByteBuffer(bytes: [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      1009
    ),
    (
      "big message",
      RawFrame.bytes([
        RawFrame(opcode: 2, payload: ByteBuffer(repeating: 0, count: 600), isFinal: false),
        RawFrame(opcode: 0, payload: ByteBuffer(repeating: 0, count: 600)),
      ]), 1009
    ),
    (
      "many fragments",
      RawFrame.bytes(
        [RawFrame(opcode: 1, isFinal: false)]
          + [RawFrame](repeating: RawFrame(opcode: 0, isFinal: false), count: 10)), 1009
    ),
    // All of these are unfinished: what is wrong with them is known before the rest comes.
    ("invalid UTF-8 at once", ByteBuffer(bytes: [0x81, 0xa0, 0, 0, 0, 0, 0x61, 0xff]), 1007),
    (
      "a surrogate at its second byte",
      ByteBuffer(bytes: [
        0x01, 0x83, 0, 0, 0, 0, 0xe2, 0x82, 0xac, 0x00, 0xa0, 0, 0, 0, 0, 0xed, 0xa0,
      ]),
      1007
    ),
    ("big frame by its header", ByteBuffer(bytes: [0x82, 0xfe, 0x03, 0xe9, 0, 0, 0, 0]), 1009),
  ]

  @Test(arguments: violations.indices)
  func closesOnViolations(index: Int) async throws {
    let (what, bytes, code) = Self.violations[index]
    let events = Events()
    try await withSocket(
      {
        $0.maxFrameBytes = 1000
        $0.maxMessageBytes = 1000
        $0.maxFragments = 10
      },
      handler: { socket in
        do {
          for try await _ in socket.messages { events.record("message") }
          events.record("end")
        } catch WebSocketError.protocolViolation(let code, _) {
          events.record("\(code.rawValue)")
          throw WebSocketError.closed
        }
      }
    ) { client, _ async throws in
      try await client.send(bytes)
      #expect(try await client.receiveFrame().closeCode == code, "\(what)")
      client.post(RawFrame.text("never").bytes())
      #expect(await client.receiveToEnd() == "", "\(what)")
      await events.wait(for: "\(code)")
      #expect(events.all == ["\(code)"], "\(what)")
    }
  }

  // MARK: Heartbeat

  @Test func pingsASilentPeerAndGoesOnWhenItAnswers() async throws {
    try await withSocket(
      {
        $0.pingInterval = .milliseconds(100)
        $0.pingTimeout = .seconds(50)
      }, handler: Self.echo
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

  // MARK: Back-pressure

  @Test(arguments: [false, true])
  func suspendsTheSenderWhileThePeerIsSlow(isOffloaded: Bool) async throws {
    let sent = Events()
    let count = 16
    let message = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        for _ in 0..<count {
          try await socket.send(.binary(message))
          sent.record("one")
        }
        try await socket.send("end")
      }
    ) { client, server async throws in
      let other = try await server.connect()
      var before = -1
      while before != sent.all.count {
        before = sent.all.count
        for _ in 0..<200 { _ = try await other.get("/") }
      }
      #expect(before < count)
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      for _ in 0..<count {
        #expect(try await client.receiveFrame().payload.readableBytes == 1 << 20)
      }
      #expect(try await client.receiveFrame() == .text("end"))
    }
  }

  @Test(arguments: [false, true])
  func refusesOffersAboveTheHighWaterMarkUntilThereIsRoom(isOffloaded: Bool) async throws {
    let events = Events()
    let bytes = ByteBuffer(repeating: 0x61, count: 64 << 10)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        // Until neither the peer nor the system takes any more, and the loop has noticed.
        var fullInARow = 0
        while fullInARow < 100 {
          switch socket.offer(.binary(bytes)) {
          case .sent, .buffered:
            fullInARow = 0
          case .full:
            // Elsewhere this counts what the loop has not seen yet.
            if !isOffloaded || socket.bufferedBytes == 0 { fullInARow += 1 }
          case .closed: return events.record("closed")
          }
          await Task.yield()
        }
        events.record("full")
        await events.wait(for: "reading")
        try await socket.waitUntilWritable()
        let result = socket.offer(.text("room"))
        events.record("then \(result)")
      }
    ) { client, _ async throws in
      await events.wait(for: "full")
      await client.startReading()
      events.record("reading")
      #expect(try await client.receiveHead().status == 101)
      var frame = try await client.receiveFrame()
      while frame.opcode == 2 { frame = try await client.receiveFrame() }
      #expect(frame == .text("room"))
      #expect(events.all == ["full", "reading", "then sent"])
    }
  }

  @Test(arguments: [false, true])
  func takesOffersBeyondTheHighWaterMarkIfToldTo(isOffloaded: Bool) async throws {
    let events = Events()
    let count = 32
    let bytes = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(
      isReading: false, isOffloaded: isOffloaded,
      handler: { socket in
        while socket.offer(.binary(bytes)) != .full { await Task.yield() }
        for _ in 0..<count {
          let result = socket.offer(.binary(bytes), beyondHighWaterMark: true)
          #expect(result == .buffered)
        }
        #expect(socket.offer(.binary(bytes)) == .full)
        if !isOffloaded { #expect(socket.bufferedBytes >= count << 20) }
        socket.offer(.text("end"), beyondHighWaterMark: true)
        events.record("offered")
        for try await _ in socket.messages {}
      }
    ) { client, _ async throws in
      await events.wait(for: "offered")
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      var received = 0
      while case let frame = try await client.receiveFrame(), frame != .text("end") {
        #expect(frame.payload.readableBytes == bytes.readableBytes)
        received += 1
      }
      #expect(received > count)
    }
  }

  @Test func givesUpOnASlowPeerIfToldTo() async throws {
    let events = Events()
    let size = 32 << 20
    try await withSocket(
      { $0.closeTimeout = .milliseconds(200) }, isReading: false,
      handler: { socket in
        socket.offer(.binary(ByteBuffer(repeating: 0x61, count: size)))
        #expect(socket.offer(.text("too much")) == .full)
        socket.close(.policyViolation, reason: "too slow")
        #expect(socket.offer(.text("x"), beyondHighWaterMark: true) == .closed)
        let message = try await socket.receive()
        #expect(message == nil)
        #expect(socket.closure == .init(code: .policyViolation, reason: "too slow", byPeer: false))
        while socket.bufferedBytes > 0 { await Task.yield() }
        events.record("dropped")
      }
    ) { client, _ async throws in
      await events.wait(for: "dropped")
      await client.startReading()
      // What the operating system had taken, and no more.
      #expect(await client.countToEnd() < size)
    }
  }

  @Test func countsOneBurstOfOffersAgainstTheHighWaterMarkOnly() async throws {
    let events = Events()
    let count = 100
    try await withSocket(
      { $0.highWaterMark = 8 << 20 },
      handler: { socket in
        // Without a suspension point nothing but the offers themselves can make room.
        let results = (0..<count).map { _ in
          socket.offer(.binary(ByteBuffer(repeating: 0x61, count: 10_000)))
        }
        events.record("\(results.count { $0 == .sent })")
        try await socket.send("end")
      }
    ) { client, _ async throws in
      for _ in 0..<count {
        #expect(try await client.receiveFrame().payload.readableBytes == 10_000)
      }
      #expect(try await client.receiveFrame() == .text("end"))
      #expect(events.all == ["\(count)"])
    }
  }

  @Test func respectsASmallHighWaterMark() async throws {
    let events = Events()
    try await withSocket(
      { $0.highWaterMark = 1000 }, isReading: false,
      handler: { socket in
        let result = socket.offer(.binary(ByteBuffer(repeating: 0x61, count: 2000)))
        events.record("\(result)")
        events.record("done")
      }
    ) { client, _ async throws in
      await events.wait(for: "done")
      #expect(events.all.first == "buffered")
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

  @Test func sendsWhatWasSentBeforeAClose() async throws {
    let bytes = ByteBuffer(repeating: 0x61, count: 16 << 20)
    let events = Events()
    try await withSocket(
      isReading: false,
      handler: { socket in
        events.record("\(socket.offer(.binary(bytes)))")
        for try await _ in socket.messages {}
      }
    ) { client, _ async throws in
      await events.wait(for: "buffered")
      try await client.send(.close(1000))
      await client.startReading()
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame().payload.readableBytes == bytes.readableBytes)
      #expect(try await client.receiveFrame() == .close(1000))
      #expect(await client.receiveToEnd() == "")
    }
  }

  // MARK: Other threads

  @Test func keepsTheOrderOfWhatAnotherThreadSends() async throws {
    let count = 2000
    try await withSocket(
      isOffloaded: true,
      handler: { socket in
        for number in 0..<count {
          if number.isMultiple(of: 3) {
            try await socket.send("\(number)")
          } else {
            // Never refused: below the high-water mark, or waited for above.
            while socket.offer(.text("\(number)")) == .full {
              try await socket.waitUntilWritable()
            }
          }
        }
      }
    ) { client, _ async throws in
      for number in 0..<count {
        #expect(try await client.receiveFrame() == .text("\(number)"))
      }
      #expect(try await client.receiveFrame() == .close(1000))
    }
  }

  @Test func keepsTheOrderOfWhatTheHandlerSendsBehindAnotherThread() async throws {
    try await withSocket(handler: { socket in
      onAnotherThread { _ = socket.offer(.text("first")) }
      _ = socket.offer(.text("second"))
      try await socket.send("third")
    }) { client, _ async throws in
      for text in ["first", "second", "third"] {
        #expect(try await client.receiveFrame() == .text(text))
      }
    }
  }

  @Test func waitsUntilWhatAnotherThreadOfferedHasRoom() async throws {
    let events = Events()
    let bytes = ByteBuffer(repeating: 0x61, count: 1 << 20)
    try await withSocket(handler: { socket in
      onAnotherThread { _ = socket.offer(.binary(bytes)) }
      try await socket.waitUntilWritable()
      events.record("\(socket.bufferedBytes < 64 << 10)")
    }) { client, _ async throws in
      #expect(try await client.receiveFrame() == .binary(bytes))
      #expect(try await client.receiveFrame() == .close(1000))
      #expect(events.all == ["true"])
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

extension WebSocket {
  fileprivate func receive() async throws(WebSocketError) -> WebSocketMessage? {
    var messages = messages.makeAsyncIterator()
    return try await messages.next()
  }
}
