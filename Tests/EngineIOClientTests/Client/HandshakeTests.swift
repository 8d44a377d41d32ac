// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Testing

@testable import EngineIOClient

/// Handshakes that go wrong: each makes `connect` throw what happened, and leaves nothing behind.
@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
  static let malformed = [
    "", "x", "0", "0{", "0{}", "0[]", "0null", "0\"abc\"", "00", "\u{1e}", "bAQID", "b!",
    #"0{"sid":"","upgrades":[],"pingInterval":1,"pingTimeout":1}"#,
    #"0{"sid":7,"upgrades":[],"pingInterval":1,"pingTimeout":1}"#,
    #"0{"upgrades":[],"pingInterval":1,"pingTimeout":1}"#,
    #"0{"sid":"a","pingInterval":1,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":{},"pingInterval":1,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[1],"pingInterval":1,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[],"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":-1,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1.5,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":99999999999999999999,"pingTimeout":1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":"1"}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1,"maxPayload":-1}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1,"maxPayload":null}"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1} x"#,
    #"0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1"#,
  ]
  static let otherPackets = ["1", "2", "2probe", "3", "4hello", "5", "6"]

  private func expectFailure(
    _ server: ScriptedServer,
    _ connecting: Task<Result<EngineIOClient, EngineIOClientError>, Never>,
    _ transport: TransportKind
  ) async throws -> EngineIOClientError {
    let error = await #expect(throws: EngineIOClientError.self) {
      try await connecting.value.get()
    }
    #expect(error?.step == .handshake)
    #expect(error?.transport == transport)
    #expect(server.underWay == 0)
    #expect(server.isShutDown)
    return try #require(error)
  }

  @Test(arguments: malformed + otherPackets) func polling(body: String) async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().answer(body)
    let error = try await expectFailure(server, connecting, .polling)
    switch error.cause {
    case .malformed: #expect(Self.malformed.contains(body))
    case .unexpectedPacket: #expect(Self.otherPackets.contains(body) || body == "bAQID")
    default: Issue.record("\(error)")
    }
  }

  @Test(arguments: malformed + otherPackets) func webSocket(text: String) async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.websocket])
    let socket = try await server.socket()
    socket.accept()
    socket.send(text)
    let error = try await expectFailure(server, connecting, .websocket)
    switch error.cause {
    case .malformed: #expect(Self.malformed.contains(text))
    case .unexpectedPacket: #expect(Self.otherPackets.contains(text))
    default: Issue.record("\(error)")
    }
  }

  @Test func webSocketThatBeginsWithBinary() async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.websocket])
    let socket = try await server.socket()
    socket.accept()
    socket.sendBinary([1])
    let error = try await expectFailure(server, connecting, .websocket)
    #expect(error.cause == .unexpectedPacket(.message))
  }

  static let refusals: [(status: Int, body: String, code: Int?, message: String?)] = [
    (
      400, #"{"code":5,"message":"Unsupported protocol version"}"#, 5,
      "Unsupported protocol version"
    ),
    (400, #""Invalid transport""#, nil, "Invalid transport"),
    (401, #"{"code":4,"message":"who are you?"}"#, 4, "who are you?"),
    (403, #"{"message":"no","code":"4"}"#, 4, "no"),
    (404, "Not Found", nil, "Not Found"), (413, "", nil, nil), (429, "", nil, nil),
    (500, "{", nil, "{"), (502, String(repeating: "x", count: 2000), nil, nil), (503, "", nil, nil),
    (304, "", nil, nil),
  ]

  @Test(arguments: refusals) func refusedPolling(
    status: Int, body: String, code: Int?, message: String?
  ) async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().answer(body, status: status)
    let error = try await expectFailure(server, connecting, .polling)
    #expect(error.cause == .refused)
    #expect(error.response?.status == status)
    #expect(error.response?.code == code)
    #expect(error.response?.message == message)
  }

  @Test(arguments: refusals) func refusedWebSocket(
    status: Int, body: String, code: Int?, message: String?
  ) async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.websocket])
    try await server.socket().refuse(body, status: status)
    let error = try await expectFailure(server, connecting, .websocket)
    #expect(error.cause == .refused)
    #expect(error.response?.status == status)
    #expect(error.response?.code == code)
    #expect(error.response?.message == message)
  }

  @Test func silentPolling() async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    _ = try await server.poll()
    server.clock.jump(by: .seconds(10))
    #expect(try await expectFailure(server, connecting, .polling).cause == .timeout)
  }

  @Test(arguments: [false, true]) func silentWebSocket(isAccepted: Bool) async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.websocket])
    let socket = try await server.socket()
    if isAccepted { socket.accept() }
    server.clock.jump(by: .seconds(10))
    #expect(try await expectFailure(server, connecting, .websocket).cause == .timeout)
  }

  @Test func lostPolling() async throws {
    let server = ScriptedServer()
    let connecting = server.connect()
    try await server.poll().fail(.connectionFailed("no route"))
    #expect(
      try await expectFailure(server, connecting, .polling).cause == .connectionFailed("no route"))
  }

  @Test(arguments: [false, true]) func lostWebSocket(isAccepted: Bool) async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [.websocket])
    let socket = try await server.socket()
    if isAccepted { socket.accept() }
    socket.end(.webSocketClosed(code: 1011, reason: "oops"))
    #expect(
      try await expectFailure(server, connecting, .websocket).cause
        == .webSocketClosed(code: 1011, reason: "oops"))
  }

  @Test(arguments: [TransportKind.polling, .websocket])
  func cancelled(transport: TransportKind) async throws {
    let server = ScriptedServer()
    let connecting = server.connect(transports: [transport])
    if transport == .polling { _ = try await server.poll() } else { _ = try await server.socket() }
    connecting.cancel()
    #expect(try await expectFailure(server, connecting, transport).cause == .cancelled)
  }

  @Test func nextTransport() async throws {
    let server = ScriptedServer()
    var configuration = EngineIOClient.Configuration()
    configuration.tryAllTransports = true
    let connecting = server.connect(
      transports: [.websocket, .polling], configuration: configuration)
    try await server.socket().refuse("", status: 400)
    try await server.poll().answer(ScriptedServer.handshake)
    let client = try await connecting.value.get()
    #expect(client.transport == .polling)
    await client.abort()
  }

  @Test func lastTransportSaysWhy() async throws {
    let server = ScriptedServer()
    var configuration = EngineIOClient.Configuration()
    configuration.tryAllTransports = true
    let connecting = server.connect(
      transports: [.polling, .websocket], configuration: configuration)
    try await server.poll().answer("", status: 500)
    try await server.socket().refuse("", status: 403)
    #expect(
      try await expectFailure(server, connecting, .websocket).response?.status == 403)
  }

  @Test(arguments: [
    "", "localhost", "ftp://a", "http://", "http://:80", "http://a:b", "http://a:0",
    "http://a:65536", "http://[::1", "http://[::1]x", "http://a b", "http://é",
    "http://a/other/path",
  ])
  func unusableURL(url: String) async throws {
    let error = await #expect(throws: EngineIOClientError.self) {
      try await EngineIOClient.connect(url)
    }
    #expect(error?.step == .configuration)
  }

  @Test func noTransports() async throws {
    let error = await #expect(throws: EngineIOClientError.self) {
      try await EngineIOClient.connect("http://localhost", transports: [])
    }
    #expect(error?.step == .configuration)
  }
}
