// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOFoundation
import EngineIOMiddleware
import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOClient

@Suite(.timeLimit(.minutes(1))) struct HandlerTests {
  private final class Notes: Sendable {
    private let notes = Mutex<[String]>([])
    var all: [String] { notes.withLock { $0 } }
    func add(_ note: String) { notes.withLock { $0.append(note) } }
  }

  @Test(arguments: TestMode.allCases, ServerTests.transports)
  func orderOfHandlers(mode: TestMode, transports: [TransportKind]) async throws {
    try await ServerTests.echo().test(mode) { test in
      let notes = Notes()
      let handlers = EngineIOClient.Handlers(
        onConnect: { client in
          notes.add("connect")
          try await client.send("a")
          await Task.yield()
          notes.add("connected")
        },
        onMessage: { client, message in
          guard case .text(let text) = message else { return }
          notes.add(text)
          if text == "aaa" { await client.disconnect() } else { try await client.send(text + "a") }
        },
        onDisconnect: { client, end in
          notes.add("\(end.reason)")
          #expect(!client.isConnected)
        })
      let client = try await EngineIOClient.connect(
        test, transports: transports, handlers: handlers)
      #expect(await client.wait()?.reason == .clientClose)
      #expect(notes.all == ["connect", "connected", "a", "aa", "aaa", "client close"])
      var messages = client.messages.makeAsyncIterator()
      #expect(try await messages.next() == nil)
    }
  }

  enum Place: CaseIterable { case connect, message }

  @Test(arguments: Place.allCases) func handlersThatThrow(place: Place) async throws {
    struct Fault: Error {}
    let server = ScriptedServer()
    let notes = Notes()
    let handlers = EngineIOClient.Handlers(
      onConnect: { _ in if place == .connect { throw Fault() } },
      onMessage: { _, _ in throw Fault() },
      onDisconnect: { _, end in notes.add("\(end.reason)") })
    let connecting = server.connect(handlers: handlers)
    try await server.poll().answer(ScriptedServer.handshake + "\u{1e}4a")
    let client = try await connecting.value.get()
    let end = await client.wait()
    #expect(end?.reason == .handlerError)
    #expect(end?.error?.step == .handler)
    #expect(notes.all == ["handler error"])
    #expect(server.underWay == 0)
  }

  @Test func eventsInOrder() async throws {
    let server = ScriptedServer()
    let notes = Notes()
    let (client, socket) = try await server.webSocket(
      handlers: .init(onEvent: { _, event in notes.add("\(event)") }))
    socket.send("2")
    #expect(await socket.next() == .packet(.pong("")))
    await client.abort()
    #expect(
      notes.all == [
        "connected(EngineIO.TransportKind.websocket)", "heartbeat", "disconnected(client close)",
      ])
  }

  @Test func readingPausesWhileTheApplicationIsBusy() async throws {
    let server = ScriptedServer()
    var configuration = EngineIOClient.Configuration()
    configuration.receiveBufferMessages = 4
    let (client, poll) = try await server.polling(configuration)
    poll.answer((0..<6).map { "4\($0)" }.joined(separator: "\u{1e}"))
    while client.state.withLock({ $0.mailbox.isEmpty }) { await Task.yield() }
    #expect(client.state.withLock { $0.isPaused })
    // The poll that had begun by then is answered, and sending goes on.
    try await server.poll().answer("46")
    try await client.send("a")
    try await server.post().answer("ok")
    while !client.state.withLock({ $0.tasks.isEmpty }) { await Task.yield() }
    var messages = client.messages.makeAsyncIterator()
    for number in 0...6 { #expect(try await messages.next() == .text("\(number)")) }
    try await server.poll().answer("4more")
    #expect(try await messages.next() == .text("more"))
    await client.abort()
  }

  @Test func iterationEndsWhenItsTaskIsCancelled() async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    let iterating = Task {
      var count = 0
      for try await _ in client.messages { count += 1 }
      return count
    }
    while client.state.withLock({ $0.receivers.isEmpty }) { await Task.yield() }
    iterating.cancel()
    #expect(try await iterating.value == 0)
    #expect(client.isConnected)
    poll.answer("4a")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("a"))
    await client.abort()
  }

  @Test func waitEndsWhenItsTaskIsCancelled() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    let waiting = Task { await client.wait() }
    waiting.cancel()
    #expect(await waiting.value == nil)
    #expect(client.isConnected)
    await client.abort()
  }

  @Test(arguments: TestMode.allCases) func json(mode: TestMode) async throws {
    struct Point: Codable, Equatable {
      var x: Int
      var y: Int
    }
    try await ServerTests.echo().test(mode) { test in
      var configuration = EngineIOClient.Configuration()
      configuration.jsonCodec = FoundationJSONCodec()
      let client = try await EngineIOClient.connect(test, configuration: configuration)
      try await client.send(json: Point(x: 1, y: 2))
      var messages = client.messages.makeAsyncIterator()
      let message = try #require(try await messages.next())
      #expect(try client.decode(Point.self, from: message) == Point(x: 1, y: 2))
      await client.disconnect()
    }
  }

  @Test func jsonNeedsACodec() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    await #expect(throws: EngineIOJSONError.self) { try await client.send(json: [1]) }
    await client.abort()
  }

  // MARK: Ends as the server sees them

  @Test(arguments: TestMode.allCases, ServerTests.transports)
  func serverSeesTheClose(mode: TestMode, transports: [TransportKind]) async throws {
    let engine = EngineIOServer()
    let ends = AsyncStream<DisconnectReason>.makeStream()
    let received = Notes()
    engine.onMessage { _, message in received.add("\(message.byteCount)") }
    engine.onDisconnect { _, reason in ends.continuation.yield(reason) }
    try await EngineIOApp(engine).test(mode) { test in
      let client = try await EngineIOClient.connect(test, transports: transports)
      for number in 0..<40 {
        try await client.send(ByteBuffer(bytes: [UInt8](repeating: 0, count: number)))
      }
      await client.disconnect()
      for await reason in ends.stream {
        #expect(reason == .clientClose)
        break
      }
      #expect(received.all == (0..<40).map { "\($0)" })
    }
  }

  @Test(arguments: TestMode.allCases, ServerTests.transports)
  func serverCloses(mode: TestMode, transports: [TransportKind]) async throws {
    let engine = EngineIOServer()
    engine.onMessage { session, _ in
      try await session.send("bye")
      session.disconnect()
    }
    try await EngineIOApp(engine).test(mode) { test in
      let client = try await EngineIOClient.connect(test, transports: transports)
      // A server that closes in the middle of an upgrade may do so after the client's last poll.
      while client.transport != transports.last { await Task.yield() }
      try await client.send("please")
      var last: EngineIOMessage?
      for try await message in client.messages { last = message }
      #expect(last == "bye")
      let end = await client.wait()
      #expect(end?.isOrderly == true)
    }
  }

  @Test(arguments: TestMode.allCases, ServerTests.transports)
  func serverRefuses(mode: TestMode, transports: [TransportKind]) async throws {
    let engine = EngineIOServer()
    engine.onConnect { _, _ in throw ConnectionRejected("who are you?") }
    try await EngineIOApp(engine).test(mode) { test in
      let error = await #expect(throws: EngineIOClientError.self) {
        try await EngineIOClient.connect(test, transports: transports)
      }
      #expect(error?.step == .handshake)
      #expect(error?.response?.status == 401)
      #expect(error?.response?.code == 4)
      #expect(error?.response?.message == "who are you?")
    }
  }
}
