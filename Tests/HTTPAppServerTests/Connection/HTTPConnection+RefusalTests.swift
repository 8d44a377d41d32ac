// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import KnownRequests
import NIOCore
import Testing

@testable import HTTPAppServer

/// What the server sends for everything that it must refuse, byte for byte; the tests of the parser
/// go through the same tables, cut at every byte.
@Suite(.timeLimit(.minutes(3)))
struct HTTPConnectionRefusalTests {
  static let app = HTTPHandler { request in
    _ = try await request.body.collect(upTo: 100 << 20)
    return Response(status: .noContent)
  }
  static let pilotAnswer = "HTTP/1.1 204 No Content\r\n\r\n"
  static let smuggled = Array(request("/smuggled").utf8)

  static let phrases = [
    400: "Bad Request", 413: "Content Too Large", 414: "URI Too Long", 417: "Expectation Failed",
    431: "Request Header Fields Too Large", 501: "Not Implemented",
    505: "HTTP Version Not Supported",
  ]

  static func answer(to refusal: Refusal) -> String {
    var reason = refusal.reason
    // What concerns the body is told to the application, and it answers.
    if refusal.request.isRefusedInBody, refusal.status == 413 {
      reason = "The request body exceeds 67108864 bytes."
    } else if refusal.request.isRefusedInBody, refusal.status == 431 {
      reason = "The trailer fields are too large."
    }
    return
      "HTTP/1.1 \(refusal.status) \(phrases[refusal.status] ?? "")\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "connection: close\r\ncontent-length: \(reason.utf8.count + 1)\r\n\r\n\(reason)\n"
  }

  static let all = Refusal.all + Refusal.oversized + Refusal.byServer

  /// What follows the request must not be taken for another one.
  @Test func refusesAndCloses() async throws {
    try await withServer(Self.app) { server async throws in
      for refusal in Self.all {
        let client = try await server.connect()
        client.post(ByteBuffer(bytes: refusal.request.bytes + Self.smuggled))
        #expect(await client.receiveToEnd() == Self.answer(to: refusal), "\(refusal)")
        #expect(client.end == .closed, "\(refusal)")
      }
    }
  }

  @Test func answersThePilotAndThenRefuses() async throws {
    let pilot = Array(KnownRequests.pilot.utf8)
    try await withServer(Self.app) { server async throws in
      for refusal in Self.all {
        let client = try await server.connect()
        client.post(ByteBuffer(bytes: pilot + refusal.request.bytes + Self.smuggled))
        #expect(
          await client.receiveToEnd() == Self.pilotAnswer + Self.answer(to: refusal), "\(refusal)")
        #expect(client.end == .closed, "\(refusal)")
      }
    }
  }

  @Test func refusesByteByByte() throws {
    for refusal in Refusal.all + Refusal.byServer {
      let server = try EmbeddedConnection(to: Self.app)
      for byte in refusal.request.bytes + Self.smuggled {
        try server.receive(ByteBuffer(bytes: [byte]))
      }
      server.turn()
      let answer = withoutDate(String(buffer: try server.sent()))
      #expect(answer == Self.answer(to: refusal), "\(refusal)")
      #expect(server.connection.phase != .open, "\(refusal)")
      server.end()
    }
  }
}
