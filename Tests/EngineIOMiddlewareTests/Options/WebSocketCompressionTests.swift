// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct WebSocketCompressionTests {
  /// How the WebSockets of a session compress, the one it begins with and the one it upgrades to.
  private func compressions(
    _ engine: EngineIOServer
  ) async throws -> [WebSocketCompression?] {
    var compressions: [WebSocketCompression?] = []
    try await engine.withLifespan {
      let client = EngineClient(app: engine, engine: engine)
      let sid = try await client.connect()
      for query in ["EIO=4&transport=websocket", "EIO=4&transport=websocket&sid=\(sid)"] {
        let answer = try await client.respond(
          to: client.request(.get, query, isWebSocketUpgrade: true))
        guard case .webSocket(let upgrade) = answer.body.kind else {
          Issue.record("no WebSocket: \(answer.status)")
          return
        }
        compressions.append(upgrade.options.compression)
      }
    }
    return compressions
  }

  @Test func offByDefault() async throws {
    #expect(try await compressions(echoServer()) == [nil, nil])
  }

  @Test func asConfigured() async throws {
    var compression = WebSocketCompression()
    compression.minimumBytes = 42
    compression.serverContextTakeover = true
    let engine = echoServer { [compression] in $0.webSocketCompression = compression }
    #expect(try await compressions(engine) == [compression, compression])
  }

  @Test func clientsThatDoNotOfferIt() async throws {
    let engine = echoServer { $0.webSocketCompression = WebSocketCompression() }
    let long = String(repeating: "message ", count: 1000)
    try await engine.test(.live) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        _ = try await socket.receive()
        try await socket.send("4" + long)
        #expect(try await socket.receive() == .text("4" + long))
      }
    }
  }

  @Test func messageByMessage() async throws {
    let engine = EngineIOServer(.init(webSocketCompression: WebSocketCompression()))
    engine.onMessage { session, message in
      try await session.send("compressed")
      try await session.send("as it is", compress: false)
      try await session.send(message, compress: false)
      try session.offer(.text("compressed too"))
      try session.offer(.text("as it is too"), compress: false)
    }
    let bytes = ByteBuffer(bytes: [1, 2, 3])
    try await serve(engine) { client in
      let (socket, _) = try await client.connectWebSocket()
      socket.send(.binary(bytes))
      var received: [WebSocketMessage] = []
      for _ in 0..<5 { if let message = await socket.next() { received.append(message) } }
      #expect(
        received == [
          .text("4compressed"), .text("4as it is"), .binary(bytes), .text("4compressed too"),
          .text("4as it is too"),
        ])
      #expect(socket.uncompressed == [.text("4as it is"), .binary(bytes), .text("4as it is too")])
    }
  }
}
