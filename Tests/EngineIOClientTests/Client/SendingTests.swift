// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOClient

/// What is sent, how it is packed, and what happens when the server does not take it.
@Suite(.timeLimit(.minutes(1))) struct SendingTests {
  @Test func postsStayBelowTheServersLimitInBytes() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(maxPayload: 100)
    try await client.send("first")
    let first = try await server.post()
    // Three bytes a character, so that counting characters would not do.
    for _ in 0..<20 { try await client.send("€€€€€") }
    try await client.send(ByteBuffer(bytes: [UInt8](repeating: 1, count: 60)))
    first.answer("ok")
    var packets: [Substring] = []
    while packets.count < 21 {
      let post = try await server.post()
      #expect(post.payload.utf8.count <= 100)
      let payload = post.payload.split(separator: "\u{1e}")
      // The next packet would not have fitted.
      if packets.count + payload.count < 20 { #expect(payload.count == 5) }
      packets += payload
      post.answer("ok")
    }
    #expect(packets.count == 21)
    #expect(packets.prefix(20).allSatisfy { $0 == "4€€€€€" })
    #expect(packets.last?.utf8.count == 81)
    await client.abort()
  }

  @Test func postsStayBelowTheLimitInPackets() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    try await client.send("first")
    let first = try await server.post()
    for number in 0..<40 { try await client.send("\(number)") }
    first.answer("ok")
    var counts: [Int] = []
    while counts.reduce(0, +) < 40 {
      let post = try await server.post()
      counts.append(post.payload.split(separator: "\u{1e}").count)
      post.answer("ok")
    }
    #expect(counts == [16, 16, 8])
    await client.abort()
  }

  @Test func tooLargeForTheServer() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(maxPayload: 10)
    try await client.send("123456789")
    await #expect(throws: EngineIOClient.SendError.tooLarge(limit: 10)) {
      try await client.send("1234567890")
    }
    // Six bytes are eight in base64, and one for the marker; nine are thirteen.
    try await client.send(ByteBuffer(bytes: [1, 2, 3, 4, 5, 6]))
    await #expect(throws: EngineIOClient.SendError.tooLarge(limit: 10)) {
      try await client.send(ByteBuffer(bytes: [UInt8](repeating: 1, count: 9)))
    }
    await client.abort()
  }

  @Test func separatorCannotBePosted() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    await #expect(throws: EngineIOClient.SendError.separatorInText) {
      try await client.send("a\u{1e}b")
    }
    await client.abort()
  }

  @Test func separatorOnWebSocket() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    try await client.send("a\u{1e}b")
    #expect(await socket.next() == .packet(.message("a\u{1e}b")))
    await client.abort()
  }

  private static func small(
    _ policy: EngineIOClient.SendBufferPolicy
  ) -> EngineIOClient.Configuration {
    var configuration = EngineIOClient.Configuration()
    configuration.sendBufferMessages = 2
    configuration.whenSendBufferIsFull = policy
    return configuration
  }

  @Test func suspendsUntilThereIsRoom() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(Self.small(.suspend))
    let sent = Mutex(0)
    let sending = Task {
      for number in 0..<8 {
        try await client.send("\(number)")
        sent.withLock { $0 = number + 1 }
      }
    }
    var received: [Substring] = []
    while received.count < 8 {
      let post = try await server.post()
      received += post.payload.split(separator: "\u{1e}")
      #expect(sent.withLock { $0 } <= received.count + 3)
      post.answer("ok")
    }
    try await sending.value
    #expect(received == (0..<8).map { "4\($0)" })
    await client.abort()
  }

  @Test func suspendsOnWebSocket() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    socket.becomesFull(true)
    let sending = Task { try await client.send("a") }
    #expect(await socket.next() == .packet(.message("a")))
    #expect(throws: EngineIOClient.SendError.bufferFull) { try client.offer("b") }
    socket.becomesFull(false)
    try await sending.value
    try client.offer("c")
    #expect(await socket.next() == .packet(.message("c")))
    await client.abort()
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func endsWhileSomebodyWaits(transport: TransportKind) async throws {
    let server = ScriptedServer()
    let client: EngineIOClient
    if transport == .polling {
      client = try await server.polling(Self.small(.suspend)).0
      for number in 0..<3 { try await client.send("\(number)") }
    } else {
      let (webSocketClient, socket) = try await server.webSocket()
      client = webSocketClient
      socket.becomesFull(true)
    }
    let sending = Task { try await client.send("last") }
    while client.state.withLock({ $0.senders.isEmpty }) { await Task.yield() }
    await client.abort()
    await #expect(throws: EngineIOClient.SendError.closed) { try await sending.value }
  }

  @Test func cancelledWhileItWaits() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(Self.small(.suspend))
    for number in 0..<3 { try await client.send("\(number)") }
    let sending = Task { try await client.send("last") }
    while client.state.withLock({ $0.senders.isEmpty }) { await Task.yield() }
    sending.cancel()
    try await sending.value
    #expect(client.state.withLock { $0.senders.isEmpty })
    try await server.post().answer("ok")
    #expect(try await server.post().payload == "41\u{1e}42\u{1e}4last")
    await client.abort()
  }

  @Test func dropsTheNewest() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(Self.small(.dropNewest))
    for number in 0..<4 { try await client.send("\(number)") }
    await #expect(throws: EngineIOClient.SendError.bufferFull) { try await client.send("4") }
    #expect(client.isConnected)
    try await server.post().answer("ok")
    #expect(try await server.post().payload == "41\u{1e}42\u{1e}43")
    await client.abort()
  }

  @Test func disconnectsWhenFull() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling(Self.small(.disconnect))
    for number in 0..<4 { try await client.send("\(number)") }
    await #expect(throws: EngineIOClient.SendError.bufferFull) { try await client.send("4") }
    #expect(await client.wait()?.reason == .sendBufferFull)
    #expect(server.underWay == 0)
  }

  // MARK: Disconnecting

  @Test func disconnectSendsWhatWaits() async throws {
    let server = ScriptedServer()
    let (client, poll) = try await server.polling()
    for number in 0..<20 { try await client.send("\(number)") }
    let disconnecting = Task { await client.disconnect() }
    var received: [Substring] = []
    while received.last != "1" {
      let post = try await server.post()
      received += post.payload.split(separator: "\u{1e}")
      if received.last == "1" { poll.answer("6") }
      post.answer("ok")
    }
    await disconnecting.value
    #expect(received == (0..<20).map { "4\($0)" } + ["1"])
    #expect(client.disconnection == .init(reason: .clientClose, error: nil))
    #expect(server.underWay == 0)
  }

  @Test func disconnectOnWebSocket() async throws {
    let server = ScriptedServer()
    let (client, socket) = try await server.webSocket()
    try await client.send("a")
    let disconnecting = Task { await client.disconnect() }
    #expect(await socket.next() == .packet(.message("a")))
    #expect(await socket.next() == .packet(.close))
    #expect(await socket.next() == .close)
    socket.end(.webSocketClosed(code: 1000, reason: ""))
    await disconnecting.value
    #expect(client.disconnection == .init(reason: .clientClose, error: nil))
    #expect(server.underWay == 0)
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func disconnectIsNotAnswered(transport: TransportKind) async throws {
    let server = ScriptedServer()
    let client: EngineIOClient
    let disconnecting: Task<Void, Never>
    if transport == .polling {
      client = try await server.polling().0
      disconnecting = Task { await client.disconnect() }
      _ = try await server.post()
    } else {
      let (webSocketClient, socket) = try await server.webSocket()
      client = webSocketClient
      disconnecting = Task { await webSocketClient.disconnect() }
      while await socket.next() != .close {}
    }
    server.clock.jump(by: .seconds(10))
    await disconnecting.value
    #expect(client.disconnection?.reason == .clientClose)
    #expect(client.disconnection?.error?.step == .disconnect)
    #expect(client.disconnection?.error?.cause == .timeout)
    #expect(server.underWay == 0)
  }

  @Test func cancelledDisconnectAborts() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    let disconnecting = Task { await client.disconnect() }
    _ = try await server.post()
    disconnecting.cancel()
    await disconnecting.value
    #expect(client.disconnection?.reason == .clientClose)
    #expect(server.underWay == 0)
  }

  @Test func abortSendsNothing() async throws {
    let server = ScriptedServer()
    let (client, _) = try await server.polling()
    await client.abort()
    #expect(client.disconnection == .init(reason: .clientClose, error: nil))
    #expect(server.underWay == 0)
    await client.abort()
    await client.disconnect()
    #expect(client.disconnection == .init(reason: .clientClose, error: nil))
  }
}
