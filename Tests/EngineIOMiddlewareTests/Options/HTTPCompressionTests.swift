// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ContentCodec
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct HTTPCompressionTests {
  private static let query = "/?EIO=4&transport=polling"

  /// What a poll answers after a message of `count` bytes, packet type included.
  private func poll(
    _ count: Int, accepting: String?, mode: TestMode = .inProcess,
    _ change: @Sendable (inout EngineIOServer.Configuration) -> Void = { _ in }
  ) async throws -> (answer: TestResponse, packet: String) {
    let packet = "4" + String(repeating: "abcdefgh", count: count / 8 + 1).prefix(count - 1)
    let answer = try await echoServer(change).test(mode) { client in
      let open = try await client.get(Self.query).text
      let target = Self.query + "&sid=" + (try Handshake(json: String(open.dropFirst())).sid)
      #expect(try await client.post(target, packet).text == "ok")
      var fields: HTTPFields = [:]
      fields[.acceptEncoding] = accepting
      return try await client.get(target, headerFields: fields)
    }
    #expect(answer.status == .ok)
    return (answer, packet)
  }

  @Test(arguments: TestMode.allCases, ContentCoding.allCases)
  func whatTheClientLikesBest(mode: TestMode, coding: ContentCoding) async throws {
    let (answer, packet) = try await poll(
      5000, accepting: "br, gzip;q=0.5, deflate;q=\(coding == .deflate ? "0.9" : "0.1")",
      mode: mode)
    #expect(answer.headerFields[.contentEncoding] == coding.rawValue)
    #expect(answer.headerFields[.vary] == "accept-encoding")
    #expect(answer.headerFields[.contentType] == "text/plain; charset=UTF-8")
    #expect(answer.headerFields[.cacheControl] == "no-store")
    #expect(answer.body == coding.encode(ByteBuffer(string: packet)))
    #expect(answer.headerFields[.contentLength] == String(answer.body.readableBytes))
  }

  @Test(arguments: [nil, "identity", "br", "gzip;q=0, deflate;q=0"])
  func clientsThatDoNotWantIt(accepting: String?) async throws {
    let (answer, packet) = try await poll(5000, accepting: accepting)
    #expect(answer.headerFields[.contentEncoding] == nil)
    #expect(answer.headerFields[.vary] == "accept-encoding")
    #expect(answer.text == packet)
  }

  @Test func longAnswersAreCompressedFast() async throws {
    for (count, level) in [(64 << 10, 6), ((64 << 10) + 1, 1)] {
      let (answer, packet) = try await poll(count, accepting: "gzip")
      #expect(answer.body == ContentCoding.gzip.encode(ByteBuffer(string: packet), level: level))
    }
  }

  @Test func fromTheMinimumOn() async throws {
    let (below, packet) = try await poll(1023, accepting: "gzip")
    #expect(below.headerFields[.contentEncoding] == nil)
    #expect(below.headerFields[.vary] == nil)
    #expect(below.text == packet)
    let (at, _) = try await poll(1024, accepting: "gzip")
    #expect(at.headerFields[.contentEncoding] == "gzip")
    let (other, _) = try await poll(100, accepting: "gzip") {
      $0.httpCompression?.minimumBytes = 100
    }
    #expect(other.headerFields[.contentEncoding] == "gzip")
  }

  @Test func level() async throws {
    let (answer, packet) = try await poll(5000, accepting: "gzip") {
      $0.httpCompression?.level = 1
    }
    #expect(answer.body == ContentCoding.gzip.encode(ByteBuffer(string: packet), level: 1))
    #expect(answer.body != ContentCoding.gzip.encode(ByteBuffer(string: packet), level: 6))
  }

  @Test func off() async throws {
    let (answer, packet) = try await poll(5000, accepting: "gzip") { $0.httpCompression = nil }
    #expect(answer.headerFields[.contentEncoding] == nil)
    #expect(answer.headerFields[.vary] == nil)
    #expect(answer.text == packet)
  }

  @Test func besideTheOrigin() async throws {
    let engine = echoServer {
      $0.allowedOrigins = .only([])
      $0.httpCompression?.minimumBytes = 1
    }
    try await serve(engine) { client in
      let handshake = try await client.get("EIO=4&transport=polling")
      #expect(handshake.headerFields[values: .vary] == ["accept-encoding", "origin"])
      let error = try await client.get("EIO=4", headerFields: [.acceptEncoding: "gzip"])
      #expect(error.headerFields[values: .vary] == ["origin"])
      #expect(error.headerFields[.contentEncoding] == nil)
    }
  }

  @Test func handshakesWithMuchToSay() async throws {
    let engine = EngineIOServer()
    engine.onConnect { session, _ in try await session.send(String(repeating: "a", count: 2000)) }
    try await engine.test { client in
      let answer = try await client.get(Self.query, headerFields: [.acceptEncoding: "gzip"])
      #expect(answer.headerFields[.contentEncoding] == "gzip")
    }
  }
}
