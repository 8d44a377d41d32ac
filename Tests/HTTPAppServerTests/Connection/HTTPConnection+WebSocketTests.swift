// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionWebSocketTests {
  static let echo = HTTPHandler { request in
    guard request.isWebSocketUpgrade || request.path == "/" else { return .text(request.path) }
    if request.path == "/refused" { throw HTTPError(.forbidden, "no") }
    return .webSocket { socket in
      for try await message in socket.messages { try await socket.send(message) }
    }
  }

  // MARK: The handshake (RFC 6455 section 4.2)

  @Test func switchesProtocols() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      #expect(
        try await client.upgrade().head
          == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nconnection: upgrade\r\n\r\n")
    }
  }

  @Test func tellsTheSubprotocolAndFields() async throws {
    let app = HTTPHandler { request in
      .webSocket(subprotocol: "chat", headerFields: [.setCookie: "a=b"]) { _ in }
    }
    try await withConnection(to: app) { client async throws in
      let response = try await client.upgrade("/", "sec-websocket-protocol: chat, other")
      #expect(response["sec-websocket-protocol"] == "chat")
      #expect(response["set-cookie"] == "a=b")
    }
  }

  @Test func letsTheApplicationChooseASubprotocol() async throws {
    let app = HTTPHandler { request in
      let spoken: Set = ["v1", "v2"]
      let chosen = request.offeredSubprotocols.first(where: spoken.contains)
      return .webSocket(subprotocol: chosen) { _ in }
    }
    try await withServer(app) { server async throws in
      for (offers, chosen) in [("v3, v2", "v2"), ("v1,v2", "v1"), ("V1", nil)] {
        let client = try await server.connect()
        let response = try await client.upgrade("/", "sec-websocket-protocol: \(offers)")
        #expect(response.status == 101)
        #expect(response["sec-websocket-protocol"] == chosen)
      }
      #expect(try await server.connect().upgrade()["sec-websocket-protocol"] == nil)
    }
  }

  @Test func takesFramesRightBehindTheRequest() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let frames = RawFrame.bytes([.text("a"), .text("b")])
      #expect(try await client.upgrade(followedBy: frames).status == 101)
      #expect(try await client.receiveFrame() == .text("a"))
      #expect(try await client.receiveFrame() == .text("b"))
    }
  }

  @Test func switchesBehindPipelinedRequests() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      try await client.send(request("/one") + request("/two"))
      let frame = RawFrame.text("a").bytes()
      #expect(try await client.upgrade(followedBy: frame).text == "/one")
      #expect(try await client.receiveResponse().text == "/two")
      #expect(try await client.receiveResponse().status == 101)
      #expect(try await client.receiveFrame() == .text("a"))
    }
  }

  @Test func goesOnWithHTTPAfterARefusal() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let refusal = try await client.upgrade(
        "/refused", followedBy: ByteBuffer(string: request("/next")))
      #expect(refusal.status == 403)
      #expect(refusal.text == "no\n")
      #expect(try await client.receiveResponse().text == "/next")
      #expect(try await client.upgrade().status == 101)
    }
  }

  @Test func holdsBackWhatComesBehindAnUndecidedUpgrade() async throws {
    let events = Events()
    let size = 16 << 20
    let app = HTTPHandler { request in
      if request.path == "/other" { return .text("") }
      events.record("started")
      await events.wait(for: "go")
      var options = WebSocketOptions()
      options.maxMessageBytes = size
      options.maxFrameBytes = size
      return .webSocket(options: options) { socket in
        var messages = socket.messages.makeAsyncIterator()
        guard case .binary(let bytes) = try await messages.next() else { return }
        try await socket.send("\(bytes.readableBytes)")
      }
    }
    try await withServer(app) { server async throws in
      let client = try await server.connect()
      client.post(
        ByteBuffer(
          string: "GET / HTTP/1.1\r\nhost: test\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
      client.post(
        RawFrame.binary(zeros: size).bytes())
      await events.wait(for: "started")
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("go")
      #expect(try await client.receiveHead().status == 101)
      #expect(try await client.receiveFrame() == .text("\(size)"))
    }
  }

  @Test(arguments: ["8", "", "14", "013", "13, 8"])
  func refusesOtherVersions(version: String) async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.exchange(
        request(
          "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: \(version)",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
      #expect(response.status == 426)
      #expect(response["sec-websocket-version"] == "13")
      #expect(response["upgrade"] == "websocket")
      #expect(response["connection"] == "upgrade")
      #expect(try await client.upgrade().status == 101)
    }
  }

  @Test(arguments: [
    "", "sec-websocket-key: \r\n", "sec-websocket-key: short\r\n",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=\r\n",
    "sec-websocket-key: !GhlIHNhbXBsZSBub25jZQ==\r\n",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
  ])
  func refusesBadKeys(lines: String) async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.exchange(
        "GET / HTTP/1.1\r\nhost: test\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
          + "sec-websocket-version: 13\r\n" + lines + "\r\n")
      #expect(response.status == 400)
      #expect(try await client.upgrade().status == 101)
    }
  }

  @Test(arguments: ["POST / HTTP/1.1", "GET / HTTP/1.0", "HEAD / HTTP/1.1"])
  func switchesForAGetOfHTTP11Only(line: String) async throws {
    try await withConnection(to: Self.echo) { client async throws in
      try await client.send(
        line + "\r\nhost: test\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
          + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      #expect(try await client.receiveHead().status == 426)
    }
  }

  /// What follows would be a body to one reader and frames to another.
  @Test func refusesAHandshakeWithABody() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.upgrade(
        "/", "content-length: 2", followedBy: ByteBuffer(string: "hi" + request("/next")))
      #expect(response.status == 400)
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test(arguments: [
    [], ["upgrade: websocket"], ["connection: upgrade"],
    ["upgrade: h2c", "connection: upgrade", "sec-websocket-version: 13"],
  ])
  func answers426ToPlainRequests(fields: [String]) async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let head = "GET / HTTP/1.1\r\nhost: test\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
      let response = try await client.exchange(head)
      #expect(response.status == 426)
      #expect(response["sec-websocket-version"] == "13")
      #expect(try await client.get("/next").text == "/next")
    }
  }
}
