// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Synchronization
import Testing

@testable import EngineIOClient

/// Going over to a WebSocket, or not.
@Suite(.timeLimit(.minutes(1))) struct UpgradeTests {
  private final class EventLog: Sendable {
    private let events = Mutex<[EngineIOClient.Event]>([])
    private let stream = AsyncStream<EngineIOClient.Event>.makeStream()

    var handlers: EngineIOClient.Handlers {
      .init(onEvent: { _, event in
        self.events.withLock { $0.append(event) }
        self.stream.continuation.yield(event)
      })
    }

    func next() async -> EngineIOClient.Event? {
      for await event in stream.stream { return event }
      return nil
    }
  }

  @Test func messagesSentMeanwhileKeepTheirOrder() async throws {
    let server = ScriptedServer()
    let log = EventLog()
    let (client, poll, socket) = try await server.probing(handlers: log.handlers)
    #expect(await log.next() == .connected(.polling))
    #expect(socket.request.sid == "abc")
    socket.accept()
    #expect(await socket.next() == .packet(.ping("probe")))
    try await client.send("a")
    let post = try await server.post()
    #expect(post.payload == "4a")
    try await client.send("b")
    socket.send("3probe")
    try await client.send("c")
    post.answer("ok")
    #expect(client.transport == .polling)
    poll.answer("4d\u{1e}2")
    #expect(await socket.next() == .packet(.upgrade))
    #expect(await socket.next() == .packet(.message("b")))
    #expect(await socket.next() == .packet(.message("c")))
    #expect(await socket.next() == .packet(.pong("")))
    #expect(client.transport == .websocket)
    #expect(await log.next() == .heartbeat)
    #expect(await log.next() == .upgraded)
    var messages = client.messages.makeAsyncIterator()
    socket.send("4e")
    #expect(try await messages.next() == .text("d"))
    #expect(try await messages.next() == .text("e"))
    try await client.send("f")
    #expect(await socket.next() == .packet(.message("f")))
    #expect(server.underWay == 1)
    await client.abort()
    #expect(server.underWay == 0)
  }

  enum Fault: CaseIterable {
    case refused, lost, neverOpens, noPong, wrongPong, message, closePacket, unreadable, binary
    case closedAfterPong, messageAfterPong, pollNeverEnds
  }

  @Test(arguments: Fault.allCases) func goesOnByPolling(fault: Fault) async throws {
    let server = ScriptedServer()
    let log = EventLog()
    let (client, poll, socket) = try await server.probing(handlers: log.handlers)
    #expect(await log.next() == .connected(.polling))
    var isPolling = true
    switch fault {
    case .refused: socket.refuse(#"{"code":3,"message":"Bad request"}"#, status: 400)
    case .lost: socket.end(.connectionLost("reset"))
    case .neverOpens: server.clock.jump(by: .seconds(10))
    default:
      socket.accept()
      #expect(await socket.next() == .packet(.ping("probe")))
    }
    switch fault {
    case .refused, .lost, .neverOpens: break
    case .noPong: server.clock.jump(by: .seconds(10))
    case .wrongPong: socket.send("3prob")
    case .message: socket.send("4early")
    case .closePacket: socket.send("1")
    case .unreadable: socket.send("x")
    case .binary: socket.sendBinary([1])
    case .closedAfterPong:
      socket.send("3probe")
      poll.answer("4a")
      isPolling = false
      _ = await socket.next()
    // Too late to go back: the upgrade packet is sent.
    case .messageAfterPong:
      socket.send("3probe")
      socket.send("4early")
    case .pollNeverEnds:
      socket.send("3probe")
      server.clock.jump(by: .seconds(10))
    }
    guard isPolling else {
      #expect(await log.next() == .upgraded)
      socket.end(.connectionLost("reset"))
      #expect(await client.wait()?.reason == .transportError)
      return
    }
    guard case .upgradeFailed(let error) = await log.next() else {
      Issue.record("no event")
      return
    }
    #expect(error.step == .upgrade)
    #expect(error.transport == .websocket)
    if fault == .refused { #expect(error.response?.code == 3) }
    try await client.send("b")
    let post = try await server.post()
    #expect(post.payload == "4b")
    post.answer("ok")
    poll.answer("4c")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("c"))
    #expect(client.transport == .polling)
    _ = try await server.poll()
    #expect(server.underWay == 1)
    await client.abort()
    #expect(server.underWay == 0)
  }

  @Test func superfluousPongsAndNoops() async throws {
    let server = ScriptedServer()
    let (client, poll, socket) = try await server.probing()
    socket.accept()
    for text in ["6", "3probe", "3probe", "6"] { socket.send(text) }
    poll.answer("6")
    #expect(await socket.next() == .packet(.ping("probe")))
    #expect(await socket.next() == .packet(.upgrade))
    await client.abort()
  }

  @Test(arguments: [false, true]) func disconnectMeanwhile(hasPong: Bool) async throws {
    let server = ScriptedServer()
    let (client, _, socket) = try await server.probing()
    socket.accept()
    #expect(await socket.next() == .packet(.ping("probe")))
    if hasPong { socket.send("3probe") }
    try await client.send("a")
    async let disconnected: Void = client.disconnect()
    var post = try await server.post()
    if post.payload == "4a" {
      post.answer("ok")
      post = try await server.post()
      #expect(post.payload == "1")
    } else {
      #expect(post.payload == "4a\u{1e}1")
    }
    post.answer("ok")
    await disconnected
    #expect(client.disconnection?.reason == .clientClose)
    #expect(server.underWay == 0)
  }

  @Test func notOffered() async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.polling, .websocket])
    try await server.poll().answer(ScriptedServer.open(upgrades: #"["webtransport"]"#))
    let client = try await connecting.value.get()
    _ = try await server.poll()
    #expect(server.underWay == 1)
    await client.abort()
  }

  @Test func notWanted() async throws {
    let server = ScriptedServer()
    var configuration = EngineIOClient.Configuration()
    configuration.upgrade = false
    let connecting = server.connect(
      transports: [.polling, .websocket], configuration: configuration)
    try await server.poll().answer(ScriptedServer.handshake)
    let client = try await connecting.value.get()
    _ = try await server.poll()
    #expect(server.underWay == 1)
    await client.abort()
  }

  @Test func rememberedUntilItFails() async throws {
    var configuration = EngineIOClient.Configuration()
    configuration.rememberUpgrade = true
    configuration.path = "/remembered/"
    let server = ScriptedServer()
    let (client, poll, socket) = try await server.probing(configuration)
    socket.accept()
    socket.send("3probe")
    poll.answer("6")
    #expect(await socket.next() == .packet(.ping("probe")))
    #expect(await socket.next() == .packet(.upgrade))
    await client.abort()

    var connecting = server.connect(
      transports: [.polling, .websocket], configuration: configuration)
    try await server.socket().refuse("", status: 400)
    _ = await connecting.value
    connecting = server.connect(
      transports: [.polling, .websocket], configuration: configuration)
    try await server.poll().answer("", status: 400)
    _ = await connecting.value
  }
}
