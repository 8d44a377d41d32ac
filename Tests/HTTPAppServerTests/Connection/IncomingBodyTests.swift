// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct IncomingBodyTests {
  static let echo = HTTPHandler { request in
    let body = try await request.body.collect(upTo: 100 << 20)
    var response = Response.bytes(body)
    if let trailers = request.body.trailerFields {
      response.headerFields[.init("trailers")!] =
        trailers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }
    return response
  }

  // MARK: Chunked

  @Test func joinsChunksAndKeepsTrailers() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.exchange(
        request("/", method: "POST", "transfer-encoding: chunked")
          + "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nsum: 42\r\nhost: evil\r\n\r\n")
      #expect(response.text == "hello world")
      #expect(response["trailers"] == "sum=42")
      #expect(try await client.get("/").status == 200)
    }
  }

  @Test func takesChunksByteByByte() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let bytes =
        request("/", method: "POST", "transfer-encoding: chunked")
        + "5\r\nhello\r\n0\r\nsum: 42\r\n\r\n" + request("/next")
      for byte in bytes.utf8 { try await client.send(ByteBuffer(bytes: [byte])) }
      #expect(try await client.receiveResponse().text == "hello")
      #expect(try await client.receiveResponse().status == 200)
    }
  }

  @Test(arguments: ["xyz\r\n", "5\r\nhelloX", "-1\r\n", "0x5\r\nhello\r\n", "\r\n"])
  func answersMalformedChunksAndCloses(chunk: String) async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.exchange(
        request("/", method: "POST", "transfer-encoding: chunked") + chunk)
      #expect(response.status == 400)
      #expect(response["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func closesWhenChunksBecomeMalformedAfterTheAnswer() async throws {
    try await withConnection(to: HTTPHandler { _ in .text("done") }) { client async throws in
      try await client.send(
        request("/", method: "POST", "transfer-encoding: chunked") + "5\r\nhello\r\n")
      #expect(try await client.receiveResponse().text == "done")
      try await client.send("nonsense\r\n" + request("/smuggled"))
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
    }
  }

  @Test func tellsTheApplicationThatChunksAreMalformed() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      do {
        for try await part in request.body { events.record(String(buffer: part)) }
      } catch {
        events.record("\(error)")
      }
      return .text("")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/", method: "POST", "transfer-encoding: chunked") + "5\r\nhello\r\n")
      await events.wait(for: "hello")
      let response = try await client.exchange("x\r\n")
      #expect(response["connection"] == "close")
      #expect(events.all.count == 2)
      #expect(events.all.last?.hasPrefix("malformed") == true)
    }
  }

  // MARK: Reading

  @Test func deliversPartsAsTheyArrive() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      for try await part in request.body { events.record(String(buffer: part)) }
      return .text("\(request.body.length ?? -1)")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/", method: "PUT", "content-length: 6"))
      for part in ["ab", "cd", "ef"] {
        try await client.send(part)
        await events.wait(for: part)
      }
      #expect(try await client.receiveResponse().text == "6")
    }
  }

  @Test func stopsReadingWhileTheApplicationDoesNot() async throws {
    let events = Events()
    let size = 16 << 20
    let app = HTTPHandler { request in
      if request.path == "/other" { return .text("") }
      events.record("started")
      await events.wait(for: "go")
      var count = 0
      for try await part in request.body { count += part.readableBytes }
      return .text("\(count)")
    }
    try await withServer(app) { server async throws in
      let client = try await server.connect()
      try await client.send(request("/", method: "POST", "content-length: \(size)"))
      await events.wait(for: "started")
      client.post(ByteBuffer(repeating: 0x61, count: size))
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("go")
      #expect(try await client.receiveResponse().text == "\(size)")
    }
  }

  @Test func failsWhenTheConnectionEnds() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      do {
        for try await part in request.body { events.record(String(buffer: part)) }
      } catch {
        events.record("\(error)")
        throw error
      }
      return .text("")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/", method: "POST", "content-length: 6") + "abc")
      await events.wait(for: "abc")
      client.close()
      await events.wait(for: "connectionClosed")
    }
  }

  @Test func answers413WhenTheApplicationsLimitIsExceeded() async throws {
    let app = HTTPHandler { .bytes(try await $0.body.collect(upTo: 3)) }
    try await withConnection(to: app) { client async throws in
      let declared = try await client.exchange(
        request("/", method: "POST", "content-length: 4") + "abcd")
      #expect(declared.status == 413)
      let chunked = try await client.exchange(
        request("/", method: "POST", "transfer-encoding: chunked") + "4\r\nabcd\r\n0\r\n\r\n")
      #expect(chunked.status == 413)
      #expect(try await client.get("/").status == 200)
    }
  }

  @Test(arguments: ManualCaller.Kind.allCases)
  func waitsOnTheLoopWhereverItsReaderRuns(kind: ManualCaller.Kind) throws {
    let events = Events()
    let reader = ManualCaller(kind)
    let app = HTTPHandler { request in
      try await reader.run {
        for try await part in request.body { events.record("\(part.readableBytes)") }
      }
      return .text("")
    }
    let server = try EmbeddedConnection(to: app)
    let size = 64 << 10
    try server.receive(request("/", method: "POST", "content-length: \(size + 1)"))
    reader.runReady()
    server.turn()
    try server.receive(ByteBuffer(repeating: 0x61, count: size))
    // So much would stop reading if it were not taken before the reader goes on, elsewhere.
    #expect(server.connection.receivingBody?.wantsToRead == true)
    #expect(events.all == [])
    reader.runReady()
    #expect(events.all == ["\(size)"])
    server.end()
    reader.runReady()
  }

  // MARK: Unread bodies

  @Test func throwsAwayAnUnreadBodyAndGoesOn() async throws {
    let app = HTTPHandler { .text($0.path) }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/1", method: "POST", "content-length: 100000") + "abc")
      #expect(try await client.receiveResponse().text == "/1")
      try await client.send(String(repeating: "x", count: 99_997) + request("/2"))
      #expect(try await client.receiveResponse().text == "/2")
    }
  }

  @Test func throwsAwayUnreadChunksAndTheirTrailers() async throws {
    let app = HTTPHandler { .text($0.path) }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/1", method: "POST", "transfer-encoding: chunked") + "3\r\nabc\r\n")
      #expect(try await client.receiveResponse().text == "/1")
      try await client.send(
        "5;x\r\nhello\r\n0\r\nsum: 1\r\n\r\n" + request("/2"))
      #expect(try await client.receiveResponse().text == "/2")
    }
  }

  @Test(arguments: [256 << 10, (256 << 10) + 1])
  func throwsAwaySoMuchAndNoMore(size: Int) async throws {
    let app = HTTPHandler { .text($0.path) }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/1", method: "POST", "content-length: \(size)"))
      #expect(try await client.receiveResponse().text == "/1")
      client.post(ByteBuffer(repeating: 0x61, count: size))
      client.post(ByteBuffer(string: request("/2", "connection: close")))
      #expect(await client.receiveToEnd().hasSuffix("/2") == (size == 256 << 10))
    }
  }

  @Test func closesWhenTooMuchIsUnread() async throws {
    let app = HTTPHandler { .text($0.path) }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/1", method: "POST", "content-length: 10000000") + "abc")
      #expect(try await client.receiveResponse().text == "/1")
      client.post(ByteBuffer(repeating: 0x61, count: 9_999_997))
      client.post(ByteBuffer(string: request("/2")))
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
    }
  }

  // MARK: Expect: 100-continue (RFC 9110 section 10.1.1)

  @Test func asksForTheBodyWhenTheApplicationReads() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      events.record("started")
      await events.wait(for: "go")
      return .bytes(try await request.body.collect(upTo: 10))
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/", method: "POST", "content-length: 3", "expect: 100-continue"))
      await events.wait(for: "started")
      events.record("go")
      #expect(try await client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      #expect(try await client.exchange("abc").text == "abc")
      #expect(try await client.get("/").status == 200)
    }
  }

  @Test func asksOnceAndForChunksToo() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      try await client.send(
        request("/", method: "POST", "transfer-encoding: chunked", "expect: 100-Continue"))
      #expect(try await client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await client.send("3\r\nabc\r\n")
      #expect(try await client.exchange("3\r\ndef\r\n0\r\n\r\n").text == "abcdef")
    }
  }

  @Test func asksBehindTheAnswerToAnEarlierRequest() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      if request.path == "/1" { await events.wait(for: "go") }
      return .bytes(try await request.body.collect(upTo: 10))
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/1") + request("/2", method: "POST", "content-length: 3", "expect: 100-continue"))
      events.record("go")
      #expect(try await client.receiveResponse().status == 200)
      #expect(try await client.receiveHead().status == 100)
      #expect(try await client.exchange("abc").text == "abc")
    }
  }

  @Test func closesWhenABodyWasNeverAskedFor() async throws {
    let app = HTTPHandler { _ in throw HTTPError(.forbidden) }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/", method: "POST", "content-length: 3", "expect: 100-continue"))
      let response = try await client.receiveResponse()
      #expect(response.status == 403)
      #expect(response["connection"] == "close")
      #expect(await client.receiveToEnd() == "")
    }
  }

  @Test func doesNotAskForABodyThatIsThere() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      let response = try await client.exchange(
        request("/", method: "POST", "content-length: 3", "expect: 100-continue") + "abc")
      #expect(response.status == 200)
      #expect(response.text == "abc")
    }
  }

  @Test func neverAsksAClientOfHTTP10() async throws {
    try await withConnection(to: Self.echo) { client async throws in
      try await client.send(
        "POST / HTTP/1.0\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n")
      #expect(try await client.exchange("abc").status == 200)
    }
  }

  @Test func asksBeforeAStreamThatReadsWhileItWrites() async throws {
    let app = HTTPHandler { request in
      .stream { writer in
        for try await part in request.body { try await writer.write(part) }
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/", method: "POST", "content-length: 3", "expect: 100-continue"))
      #expect(try await client.receiveResponse().status == 100)
      #expect(try await client.exchange("abc").text == "abc")
    }
  }

  @Test func doesNotAskInTheMiddleOfAResponse() async throws {
    let app = HTTPHandler { request in
      .stream(status: .forbidden) { writer in
        try await writer.write("<")
        for try await part in request.body { try await writer.write(part) }
        try await writer.write(">")
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(
        request("/", method: "POST", "content-length: 3", "expect: 100-continue"))
      let head = try await client.receiveHead()
      #expect(head.status == 403)
      #expect(head["connection"] == "close")
      try await client.send("abc")
      #expect(
        await client.receiveToEnd() == "1\r\n<\r\n3\r\nabc\r\n1\r\n>\r\n0\r\n\r\n")
    }
  }
}
