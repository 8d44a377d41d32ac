// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import NIOCore
import Testing

@testable import EngineIOClient

/// Sessions with a server that does wrong: each has one end, with its reason, and nothing is left.
@Suite(.timeLimit(.minutes(1))) struct MisbehaviourTests {
  private func expectEnd(
    _ server: ScriptedServer, _ client: EngineIOClient, _ reason: DisconnectReason,
    _ step: EngineIOClientError.Step?, _ cause: EngineIOClientError.Cause? = nil
  ) async {
    let end = await client.wait()
    #expect(end?.reason == reason)
    #expect(end?.error?.step == step)
    if let cause { #expect(end?.error?.cause == cause) }
    #expect(server.underWay == 0)
    #expect(server.isShutDown)
    await #expect(throws: EngineIOClient.SendError.closed) { try await client.send("late") }
  }

  // MARK: Polling

  @Test(arguments: ["", "x", "7", "4a\u{1e}", "\u{1e}4a", "b!", "bAQ=", "b====", "4a\u{1e}b?"])
  func unreadablePoll(body: String) async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.answer(body)
    await expectEnd(server, client, .parseError, .poll)
  }

  @Test func whatCameBeforeTheFaultIsDelivered() async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.answer("4a\u{1e}bAQ==\u{1e}x")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("a"))
    #expect(try await messages.next() == .binary(ByteBuffer(bytes: [1])))
    let error = await #expect(throws: EngineIOClient.Disconnection.self) {
      try await messages.next()
    }
    #expect(error?.reason == .parseError)
  }

  @Test(arguments: [ScriptedServer.handshake, "0", "5"])
  func packetOutOfPlace(packet: String) async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.answer(packet)
    await expectEnd(server, client, .protocolViolation, .poll)
  }

  @Test(arguments: [400, 401, 403, 404, 413, 429, 500, 502, 503])
  func refusedPoll(status: Int) async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.answer(#"{"code":1,"message":"Session ID unknown"}"#, status: status)
    let end = await client.wait()
    #expect(end?.reason == (status == 413 ? .payloadTooLarge : .transportError))
    #expect(end?.error?.step == .poll)
    #expect(end?.error?.response?.status == status)
    #expect(end?.error?.response?.code == 1)
    #expect(server.underWay == 0)
  }

  @Test(arguments: [400, 413, 500])
  func refusedPost(status: Int) async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    try await client.send("a")
    try await server.post().answer("no", status: status)
    let end = await client.wait()
    #expect(end?.reason == (status == 413 ? .payloadTooLarge : .transportError))
    #expect(end?.error?.step == .post)
    #expect(end?.error?.response?.message == "no")
    #expect(server.underWay == 0)
  }

  @Test func lostPoll() async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.fail()
    await expectEnd(server, client, .transportError, .poll, .connectionLost("test"))
  }

  @Test func lostPost() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    try await client.send("a")
    try await server.post().fail()
    await expectEnd(server, client, .transportError, .post, .connectionLost("test"))
  }

  @Test func pollWithoutEnd() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    server.clock.jump(by: .seconds(44))
    #expect(client.isConnected)
    server.clock.jump(by: .seconds(1))
    await expectEnd(server, client, .pingTimeout, .heartbeat, .timeout)
  }

  @Test func postWithoutEnd() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    try await client.send("a")
    _ = try await server.post()
    server.clock.jump(by: .seconds(10))
    await expectEnd(server, client, .transportError, .post, .timeout)
  }

  @Test func serverCloses() async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    poll.answer("4last\u{1e}1\u{1e}4never")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("last"))
    #expect(try await messages.next() == nil)
    await expectEnd(server, client, .serverClose, nil)
  }

  @Test func closesInTheHandshake() async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().answer(ScriptedServer.handshake + "\u{1e}4hello\u{1e}1")
    let client = try await connecting.value.get()
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("hello"))
    await expectEnd(server, client, .serverClose, nil)
  }

  @Test func heartbeatGoesOn() async throws {
    let server = ScriptedServer()
    var (client, poll) = try await server.polling()
    for _ in 0..<5 {
      server.clock.jump(by: .seconds(44))
      poll.answer("2")
      let post = try await server.post()
      #expect(post.payload == "3")
      post.answer("ok")
      poll = try await server.poll()
    }
    #expect(client.isConnected)
    await client.abort()
  }

  /// Servers that count in seconds announce less than one as 0.
  @Test func intervalOfZeroIsNoHeartbeat() async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().answer(
      #"0{"sid":"a","upgrades":[],"pingInterval":0,"pingTimeout":0}"#)
    let client = try await connecting.value.get()
    let poll = try await server.poll()
    server.clock.jump(by: .seconds(100_000))
    poll.answer("4still here")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("still here"))
    await client.abort()
  }

  /// After a sleep of the machine no timer has fired, but the next send notices.
  @Test func sendNoticesAnExpiredHeartbeat() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.webSocket()
    await server.clock.jumpUnnoticed(by: .seconds(45))
    await #expect(throws: EngineIOClient.SendError.closed) { try await client.send("a") }
    await expectEnd(server, client, .pingTimeout, .heartbeat)
  }

  // MARK: WebSocket

  @Test(arguments: ["", "7", "x4", "é"]) func unreadableFrame(text: String) async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.send(text)
    await expectEnd(server, client, .parseError, .webSocket)
  }

  @Test(arguments: ["0{}", "5"]) func frameOutOfPlace(text: String) async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.send(text)
    await expectEnd(server, client, .protocolViolation, .webSocket)
  }

  @Test(arguments: [
    (UInt16?(1000), DisconnectReason.transportClose), (nil, .transportClose),
    (1001, .transportClose), (1005, .transportClose), (1002, .transportError),
    (1009, .payloadTooLarge), (1011, .transportError), (4000, .transportError),
  ])
  func closedWebSocket(code: UInt16?, reason: DisconnectReason) async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.end(.webSocketClosed(code: code, reason: "bye"))
    await expectEnd(
      server, client, reason, .webSocket, .webSocketClosed(code: code, reason: "bye"))
  }

  @Test func lostWebSocket() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.end(.connectionLost("reset"))
    await expectEnd(server, client, .transportError, .webSocket, .connectionLost("reset"))
  }

  @Test func silentWebSocket() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.webSocket()
    server.clock.jump(by: .seconds(45))
    await expectEnd(server, client, .pingTimeout, .heartbeat, .timeout)
  }

  @Test func closePacketOnWebSocket() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.send("4a")
    socket.send("1")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("a"))
    await expectEnd(server, client, .serverClose, nil)
  }

  @Test func superfluousPacketsAreIgnored() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    for text in ["6", "3", "3probe", "6", "2x"] { socket.send(text) }
    #expect(await socket.next() == .packet(.pong("x")))
    socket.send("4a")
    socket.send("4a")
    var messages = client.messages.makeAsyncIterator()
    #expect(try await messages.next() == .text("a"))
    #expect(try await messages.next() == .text("a"))
    await client.abort()
  }
}
