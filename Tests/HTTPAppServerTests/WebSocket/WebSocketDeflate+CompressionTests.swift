// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing
import WebSocketCodec

/// permessage-deflate as the server offers it (RFC 7692); the codec has its own tests.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketDeflateCompressionTests {
  private typealias Change = @Sendable (inout WebSocketCompression) -> Void

  /// An application of one WebSocket that compresses as `change` says.
  private static func app(
    _ change: Change, maxMessageBytes: Int = 1 << 20,
    handler: @escaping @Sendable (WebSocket) async throws -> Void = echoMessages
  ) -> some HTTPApplication {
    var options = WebSocketOptions()
    options.maxMessageBytes = maxMessageBytes
    options.maxFrameBytes = maxMessageBytes
    var compression = WebSocketCompression()
    change(&compression)
    options.compression = compression
    return HTTPHandler { [options] _ in .webSocket(options: options, handler) }
  }

  private static let defaults: Change = { _ in }

  /// A client's frame of a message that is compressed by itself.
  private static func compressed(_ payload: ByteBuffer) throws -> RawFrame {
    let agreed = try #require(
      WebSocketDeflate.accept(
        offers: ["permessage-deflate"], options: .init(minimumBytes: 1)))
    var server = WebSocketStateMachine(role: .server, deflate: agreed)
    var wire = ByteBuffer()
    server.write(binary: payload, into: &wire)
    wire.moveReaderIndex(forwardBy: wire.readableBytes < 128 ? 2 : 4)
    var frame = RawFrame.binary(wire)
    frame.isCompressed = true
    return frame
  }

  // MARK: Negotiation

  @Test func declinesUnlessTurnedOn() async throws {
    let app = HTTPHandler { _ in .webSocket(echoMessages) }
    try await withConnection(to: app) { client async throws in
      let response = try await client.upgrade(
        "/", "sec-websocket-extensions: permessage-deflate")
      #expect(response.status == 101)
      #expect(response["sec-websocket-extensions"] == nil)
      try await client.send(Self.compressed(ByteBuffer(string: "a")))
      #expect(try await client.receiveFrame().closeCode == 1002)
    }
  }

  private static let negotiations: [(offers: [String], change: Change, answer: String?)] = [
    ([], defaults, nil),
    (["x-other"], defaults, nil),
    (["permessage-deflate; unknown"], defaults, nil),
    (["permessage-deflate; server_max_window_bits=7"], defaults, nil),
    (
      ["permessage-deflate"], defaults,
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    ),
    (["x-other, permessage-deflate"], allTakeover, "permessage-deflate"),
    (["x-other", "permessage-deflate"], allTakeover, "permessage-deflate"),
    (
      ["permessage-deflate; server_max_window_bits=7, permessage-deflate"], allTakeover,
      "permessage-deflate"
    ),
    (
      ["permessage-deflate; server_no_context_takeover"], allTakeover,
      "permessage-deflate; server_no_context_takeover"
    ),
    (
      ["permessage-deflate; client_max_window_bits; server_max_window_bits=12"],
      {
        allTakeover(&$0)
        $0.serverMaxWindowBits = 13
        $0.clientMaxWindowBits = 10
      },
      "permessage-deflate; server_max_window_bits=12; client_max_window_bits=10"
    ),
    (
      ["permessage-deflate"],
      {
        allTakeover(&$0)
        $0.serverMaxWindowBits = 11
        $0.clientMaxWindowBits = 10
      },
      "permessage-deflate; server_max_window_bits=11"
    ),
  ]

  private static let allTakeover: Change = {
    $0.serverContextTakeover = true
    $0.clientContextTakeover = true
  }

  @Test(arguments: negotiations.indices)
  func answersOffers(index: Int) async throws {
    let (offers, change, answer) = Self.negotiations[index]
    try await withConnection(to: Self.app(change)) { client async throws in
      try await client.send(
        "GET / HTTP/1.1\r\nhost: test\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
          + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + offers.map { "sec-websocket-extensions: \($0)\r\n" }.joined() + "\r\n")
      let response = try await client.receiveResponse()
      #expect(response.status == 101)
      #expect(response["sec-websocket-extensions"] == answer, "\(offers)")
    }
  }

  @Test func announcesNoExtensionOfTheApplication() async throws {
    let app = HTTPHandler { _ in
      .webSocket(headerFields: [.secWebSocketExtensions: "permessage-deflate"], echoMessages)
    }
    try await withConnection(to: app) { client async throws in
      #expect(try await client.upgrade()["sec-websocket-extensions"] == nil)
    }
  }

  // MARK: Messages

  @Test(arguments: [true, false])
  func compressesBothWays(takeover: Bool) async throws {
    let app = Self.app(takeover ? Self.allTakeover : Self.defaults)
    try await withConnection(to: app) { client async throws in
      let response = try await client.upgrade(
        "/", "sec-websocket-extensions: permessage-deflate")
      let answer = try #require(response["sec-websocket-extensions"])
      let agreed = try WebSocketDeflate.agreed(
        answer: [answer], options: .init(serverNoContextTakeover: false, minimumBytes: 1))
      var machine = WebSocketStateMachine(role: .client, deflate: agreed)
      var sizes: [Int] = []
      for count in [1023, 1024, 1024, 40_000] {
        // Repeats after 251 characters, so that a message that finds the last one in the window is
        // much smaller.
        let text = String(
          decoding: (0..<count).map { UInt8($0 * $0 % 251 % 90 + 32) }, as: UTF8.self)
        var wire = ByteBuffer()
        machine.write(text: text, into: &wire)
        #expect(wire.readableBytesView.first == 0xc1)
        try await client.send(wire)

        let frame = try await client.receiveFrame()
        #expect(frame.isCompressed == (count >= 1024))
        sizes.append(frame.payload.readableBytes)
        var bytes = frame.bytes(isMasked: false)
        #expect(machine.next(in: &bytes) == .text(text))
      }
      #expect((sizes[2] < sizes[1] / 2) == takeover)
    }
  }

  /// The application says for each message, from its loop and from elsewhere.
  @Test(arguments: [true, false])
  func messagesThatAreNotToBeCompressed(fromTheLoop: Bool) async throws {
    let text = String(repeating: "again and ", count: 200)
    let app = Self.app(Self.allTakeover) { socket in
      for try await message in socket.messages {
        @Sendable func answer() async throws {
          try await socket.send(message, compress: false)
          socket.offer(message, compress: false)
          try await socket.send(message)
          socket.offer(message)
        }
        if fromTheLoop {
          try await answer()
        } else {
          try await Task.detached { try await answer() }.value
        }
      }
    }
    try await withConnection(to: app) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      try await client.send(RawFrame.text(text))
      for isCompressed in [false, false, true, true] {
        let frame = try await client.receiveFrame()
        #expect(frame.isCompressed == isCompressed)
        #expect((frame.payload == ByteBuffer(string: text)) == !isCompressed)
      }
    }
  }

  @Test func takesCompressedMessagesInFragments() async throws {
    try await withConnection(to: Self.app(Self.defaults)) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      let message = ByteBuffer(string: "one, two, three, one, two, three")
      let whole = try Self.compressed(message)
      for length in 0...whole.payload.readableBytes {
        var first = whole
        var rest = RawFrame(opcode: 0, payload: whole.payload)
        first.isFinal = false
        first.payload = rest.payload.readSlice(length: length)!
        try await client.send(RawFrame.bytes([first, .ping(""), rest]))
        #expect(try await client.receiveFrame() == .pong(""))
        #expect(try await client.receiveFrame() == .binary(message))
      }
    }
  }

  @Test func stopsDecompressingAtTheLimit() async throws {
    let events = Events()
    let app = Self.app(Self.defaults, maxMessageBytes: 100_000) { socket in
      do {
        for try await message in socket.messages { try await socket.send(message) }
      } catch WebSocketError.protocolViolation(let code, _) {
        events.record("\(code.rawValue)")
      }
    }
    try await withConnection(to: app) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      try await client.send(Self.compressed(ByteBuffer(repeating: 0, count: 100_000)))
      #expect(try await client.receiveFrame().isCompressed)
      try await client.send(Self.compressed(ByteBuffer(repeating: 0, count: 100_001)))
      #expect(try await client.receiveFrame().closeCode == 1009)
      #expect(await client.receiveToEnd() == "")
      await events.wait(for: "1009")
    }
  }

  /// A few bytes of many large messages: all at once they would be a bomb, too.
  @Test func decompressesOnlyWhatThereIsRoomFor() async throws {
    let app = Self.app(Self.defaults) { socket in
      var messages = socket.messages.makeAsyncIterator()
      #expect(try await messages.next() == .text("start"))
      try await socket.send("first")
      for _ in 0..<2 { _ = try await messages.next() }
      try await socket.send("done")
    }
    try await withConnection(to: app) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      let large = try Self.compressed(ByteBuffer(repeating: 0, count: 100_000))
      try await client.send(RawFrame.bytes([.text("start"), large, large, .ping("behind them")]))
      #expect(try await client.receiveFrame() == .text("first"))
      #expect(try await client.receiveFrame() == .pong("behind them"))
      #expect(try await client.receiveFrame() == .text("done"))
    }
  }

  @Test(arguments: [true, false])
  func deliversWhatCameBeforeTheConnectionWasLost(closesProperly: Bool) async throws {
    let events = Events()
    let app = Self.app(Self.defaults) { socket in
      events.record("started")
      while socket.offer(.text("")) != .closed { await Task.yield() }
      var count = 0
      do {
        for try await message in socket.messages {
          #expect(message == .binary(ByteBuffer(repeating: 0, count: 100_000)))
          count += 1
        }
        events.record("\(count), then \(socket.closure?.code.rawValue ?? 0)")
      } catch {
        events.record("\(count), then \(error)")
      }
    }
    try await withConnection(to: app) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      await events.wait(for: "started")
      let large = try Self.compressed(ByteBuffer(repeating: 0, count: 100_000))
      var frames = [RawFrame](repeating: large, count: 5)
      if closesProperly { frames.append(.close(4000)) }
      try await client.send(RawFrame.bytes(frames))
      client.close()
      await events.wait(for: "5, then \(closesProperly ? "4000" : "connectionLost")")
    }
  }

  @Test func closesWith1007OnWhatCannotBeDecompressed() async throws {
    try await withConnection(to: Self.app(Self.defaults)) { client async throws in
      _ = try await client.upgrade("/", "sec-websocket-extensions: permessage-deflate")
      var frame = RawFrame.binary(ByteBuffer(bytes: [0xff, 0xff]))
      frame.isCompressed = true
      try await client.send(frame)
      #expect(try await client.receiveFrame().closeCode == 1007)
    }
  }
}
