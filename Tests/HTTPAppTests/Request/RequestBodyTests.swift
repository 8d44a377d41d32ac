// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestBodyTests {
  /// Delivers given parts, then an end or an error, and counts how often it is asked.
  private final class Source: RequestBodySource {
    private let parts: Mutex<[String]>
    private let error: RequestBodyError?
    let asked = Mutex(0)

    init(_ parts: [String], error: RequestBodyError? = nil) {
      self.parts = Mutex(parts)
      self.error = error
    }

    func next() async throws(RequestBodyError) -> ByteBuffer? {
      asked.withLock { $0 += 1 }
      let part = parts.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if part == nil, let error { throw error }
      return part.map { ByteBuffer(string: $0) }
    }

    var trailerFields: HTTPFields? { parts.withLock { $0.isEmpty ? [.server: "x"] : nil } }
  }

  @Test func collectsBytes() async throws {
    let body = RequestBody(ByteBuffer(string: "abc"))
    #expect(body.length == 3 && !body.isEmpty)
    #expect(try await body.collect(upTo: 3) == ByteBuffer(string: "abc"))
    await #expect(throws: RequestBodyError.tooLarge(limit: 2)) { try await body.collect(upTo: 2) }
    #expect(RequestBody.empty.isEmpty)
    #expect(try await RequestBody.empty.collect(upTo: 0).readableBytes == 0)
    #expect(body.trailerFields == nil)
  }

  @Test(arguments: [[], ["abc"], ["a", "bc"], ["a", "b", "c"]])
  func collectsParts(parts: [String]) async throws {
    let expected = parts.joined()
    let body = RequestBody(source: Source(parts), length: nil)
    #expect(!body.isEmpty)
    #expect(try await body.collect(upTo: expected.utf8.count) == ByteBuffer(string: expected))
    #expect(body.trailerFields == [.server: "x"])
  }

  @Test(arguments: [["abc"], ["a", "bc"], ["a", "b", "c"], ["abc", "never asked for"]])
  func stopsAtTheLimit(parts: [String]) async throws {
    let body = RequestBody(source: Source(parts), length: nil)
    await #expect(throws: RequestBodyError.tooLarge(limit: 2)) { try await body.collect(upTo: 2) }
  }

  @Test func refusesADeclaredLengthWithoutReading() async throws {
    let source = Source(["abc"])
    let body = RequestBody(source: source, length: 3)
    #expect(body.length == 3)
    await #expect(throws: RequestBodyError.tooLarge(limit: 2)) { try await body.collect(upTo: 2) }
    #expect(source.asked.withLock { $0 } == 0)
  }

  @Test func iterates() async throws {
    var parts: [String] = []
    for try await part in RequestBody(source: Source(["a", "bc"]), length: nil) {
      parts.append(String(buffer: part))
    }
    #expect(parts == ["a", "bc"])
    var iterator = RequestBody(ByteBuffer(string: "abc")).makeAsyncIterator()
    #expect(try await iterator.next() == ByteBuffer(string: "abc"))
    #expect(try await iterator.next() == nil)
    var empty = RequestBody.empty.makeAsyncIterator()
    #expect(try await empty.next() == nil)
  }

  @Test func passesErrorsOn() async throws {
    let body = RequestBody(source: Source(["a"], error: .connectionClosed), length: nil)
    await #expect(throws: RequestBodyError.connectionClosed) { try await body.collect(upTo: 9) }
  }

  @Test(arguments: TestMode.allCases)
  func answersItsErrors(mode: TestMode) async throws {
    let app = HTTPHandler { request in
      if request.path == "/malformed" { throw RequestBodyError.malformed("No.") }
      return .bytes(try await request.body.collect(upTo: 3))
    }
    try await app.test(mode) { client async throws in
      let tooLarge = try await client.post("/", "abcd")
      #expect(tooLarge.status == .contentTooLarge)
      #expect(tooLarge.text == "The request body exceeds 3 bytes.\n")
      let malformed = try await client.post("/malformed", "a")
      #expect(malformed.status == .badRequest)
      #expect(malformed.text == "No.\n")
    }
    #expect(RequestBodyError.connectionClosed.response.status == .badRequest)
  }
}
