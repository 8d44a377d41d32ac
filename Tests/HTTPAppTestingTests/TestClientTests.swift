// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

/// The same scenario has the same outcome in process and over a socket: that is the promise of the
/// test kit, so every test here runs in both modes.
@Suite(.timeLimit(.minutes(1)))
struct TestClientTests {
  static let modes = TestMode.allCases

  @Test(arguments: modes)
  func sendsMethodTargetFieldsAndBody(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      let body = try await request.body.collect(upTo: 100)
      return .text(
        "\(request.method) \(request.target) \(request.headerValue(.accept) ?? "-") "
          + String(buffer: body))
    }
    try await app.test(mode) { client in
      let response = try await client.post("/a?b=c", "hello", headerFields: [.accept: "text/x"])
      #expect(response.status == .ok)
      #expect(response.text == "POST /a?b=c text/x hello")
      #expect(response.headerFields[.contentLength] == "24")
    }
  }

  @Test(arguments: modes)
  func readsStreamsAndTrailers(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      .stream { writer in
        for part in ["one ", "two ", "three"] { try await writer.write(part) }
        writer.trailerFields[.init("checksum")!] = "42"
      }
    }
    try await app.test(mode) { client in
      let response = try await client.get("/")
      #expect(response.text == "one two three")
      #expect(response.trailerFields[.init("checksum")!] == "42")
    }
  }

  @Test(arguments: modes)
  func sendsNoBodyForHEAD(mode: TestMode) async throws {
    let app = HTTPHandler { _ in .text("Hello") }
    try await app.test(mode) { client in
      let response = try await client.send(.head, "/")
      #expect(response.text == "")
      #expect(response.headerFields[.contentLength] == "5")
    }
  }

  @Test(arguments: modes)
  func sendsInformationalResponses(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      request.sendInformational(.init(code: 103), headerFields: [.init("link")!: "</style.css>"])
      return .text("Hello")
    }
    try await app.test(mode) { client in
      let response = try await client.get("/")
      #expect(response.informational.map(\.code) == [103])
      #expect(response.text == "Hello")
    }
  }

  @Test(arguments: modes)
  func answersErrors(mode: TestMode) async throws {
    struct Unexpected: Error {}
    let app = HTTPHandler { request in
      switch request.path {
      case "/teapot": throw HTTPError(.init(code: 418), "short and stout")
      case "/collect": return .bytes(try await request.body.collect(upTo: 3))
      default: throw Unexpected()
      }
    }
    try await app.test(mode) { client in
      let teapot = try await client.get("/teapot")
      #expect(teapot.status.code == 418)
      #expect(teapot.text == "short and stout\n")
      #expect(try await client.post("/collect", "abcd").status == .contentTooLarge)
      let unexpected = try await client.get("/")
      #expect(unexpected.status == .internalServerError)
      #expect(!unexpected.text.contains("Unexpected"))
    }
  }

  @Test(arguments: modes)
  func exchangesWebSocketMessages(mode: TestMode) async throws {
    let app = HTTPHandler { _ in
      .webSocket { socket in
        for try await message in socket.messages { try await socket.send(message) }
      }
    }
    try await app.test(mode) { client in
      try await client.webSocket("/") { socket in
        try await socket.send("hello")
        #expect(try await socket.receive() == .text("hello"))
        try await socket.send(.binary(ByteBuffer(bytes: [1, 2, 3])))
        #expect(try await socket.receive() == .binary(ByteBuffer(bytes: [1, 2, 3])))
      }
    }
  }

  @Test(arguments: modes)
  func closesWebSocketsFromBothSides(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      .webSocket { socket in
        if request.path == "/server" { return socket.close(.policyViolation, reason: "no") }
        for try await _ in socket.messages {}
        #expect(socket.closure == .init(code: .goingAway, reason: "bye", byPeer: true))
      }
    }
    try await app.test(mode) { client in
      try await client.webSocket("/server") { socket in
        let message = try await socket.receive()
        #expect(message == nil)
        #expect(socket.closure == .init(code: .policyViolation, reason: "no", byPeer: true))
      }
      try await client.webSocket("/client") { socket in
        socket.close(.goingAway, reason: "bye")
        let message = try await socket.receive()
        #expect(message == nil)
      }
    }
  }

  @Test(arguments: modes)
  func reportsRefusedWebSockets(mode: TestMode) async throws {
    let app = HTTPHandler { _ in throw HTTPError(.forbidden, "not you") }
    try await app.test(mode) { client in
      let refusal = await #expect(throws: WebSocketRefused.self) {
        try await client.webSocket("/") { _ in }
      }
      #expect(refusal?.response.status == .forbidden)
      #expect(refusal?.response.text == "not you\n")
    }
  }

  @Test(arguments: modes)
  func answersPlainRequestsForWebSocketsWith426(mode: TestMode) async throws {
    let app = HTTPHandler { _ in .webSocket { _ in } }
    try await app.test(mode) { client in
      let response = try await client.get("/")
      #expect(response.status == .upgradeRequired)
      #expect(response.headerFields[.upgrade] == "websocket")
    }
  }

  @Test(arguments: modes)
  func runsTheLifespan(mode: TestMode) async throws {
    let app = LifespanRecorder()
    try await app.test(mode) { client in
      #expect(app.events == ["up"])
      let response = try await client.get("/")
      #expect(response.text == "served")
    }
    #expect(app.events == ["up", "request", "stopping", "down"])
  }

  @Test(arguments: modes)
  func cancelsTheRequestWhenTheClientGoesAway(mode: TestMode) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      events.record("started")
      do {
        try await Task.sleep(for: .seconds(60))
      } catch {
        events.record("cancelled")
      }
      return .text("too late")
    }
    try await app.test(mode) { client in
      let request = Task { try await client.get("/") }
      await events.wait(for: "started")
      request.cancel()
      await events.wait(for: "cancelled")
      _ = await request.result
    }
  }
}
