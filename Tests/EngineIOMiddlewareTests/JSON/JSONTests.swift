// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOFoundation
import HTTPApp
import HTTPAppTesting
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct JSONTests {
  private struct Move: Codable, Hashable {
    var from: [Int]
    var to: [Int]
    var note: String?
  }

  @Test(arguments: TestMode.allCases) func roundTrip(mode: TestMode) async throws {
    let engine = EngineIOServer(.init(jsonCodec: FoundationJSONCodec()))
    engine.onMessage { session, message in
      var move = try session.decode(Move.self, from: message)
      swap(&move.from, &move.to)
      move.note = "a\u{1e}b"
      try await session.send(json: move)
    }
    try await engine.test(mode) { client in
      try await client.webSocket("/?EIO=4&transport=websocket") { socket in
        _ = try await socket.receive()
        try await socket.send(#"4{"from":[1,2],"to":[3,4]}"#)
        guard case .text(let text) = try await socket.receive() else {
          Issue.record("no text")
          return
        }
        #expect(text.first == "4")
        // The separator of polling's packets is escaped, as JSON escapes all control characters.
        #expect(!text.contains("\u{1e}"))
        let answer = try EngineIOMessage.text(String(text.dropFirst()))
          .decodeJSON(as: Move.self, using: FoundationJSONCodec())
        #expect(answer == Move(from: [3, 4], to: [1, 2], note: "a\u{1e}b"))
      }
    }
  }

  @Test func unreadableMessageIsTheHandlersError() async throws {
    let log = Log()
    let engine = EngineIOServer(.init(jsonCodec: FoundationJSONCodec()))
    engine.onMessage { session, message in
      _ = try session.decode(Move.self, from: message)
    }
    engine.onError { _, error in
      if case EngineIOJSONError.notDecodable = error { log("not decodable") }
      if case EngineIOJSONError.notText = error { log("not text") }
    }
    try await serve(engine) { client in
      for message in [WebSocketMessage.text("4{"), .binary(ByteBuffer(string: "{}"))] {
        let (socket, _) = try await client.connectWebSocket()
        socket.send(message)
        #expect(await socket.next() == nil)
      }
      #expect(await log.lines(2) == ["not decodable", "not text"])
    }
  }

  @Test func valueThatCannotBeEncoded() throws {
    let error = #expect(throws: EngineIOJSONError.self) {
      try EngineIOMessage.json([Double.infinity], using: FoundationJSONCodec())
    }
    guard case .notEncodable(is EncodingError) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func serverWithoutACodecSaysSo() async throws {
    try await serve(EngineIOServer()) { client in
      let session = try client.session(try await client.connect())
      let error = await #expect(throws: EngineIOJSONError.self) {
        try await session.send(json: [1])
      }
      #expect("\(try #require(error))".contains("jsonCodec"))
      #expect(session.isOpen)
    }
  }

  /// Any codec will do.
  @Test func codecOfOnesOwn() async throws {
    struct Fixed: EngineIOJSONCodec {
      struct Unsupported: Error {}
      func encode(_ value: some Encodable) throws -> String { "[]" }
      func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        guard let value = text as? Value else { throw Unsupported() }
        return value
      }
    }
    try await serve(EngineIOServer(.init(jsonCodec: Fixed()))) { client in
      let sid = try await client.connect()
      let session = try client.session(sid)
      try await session.send(json: 1)
      #expect(try await client.poll(sid).body == "4[]")
      #expect(try session.decode(String.self, from: "x") == "x")
      #expect(throws: EngineIOJSONError.self) { try session.decode(Int.self, from: "1") }
    }
  }
}
