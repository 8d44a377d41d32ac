// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionSendingTests {
  // MARK: Bodies

  @Test(arguments: [0, 1, 16 << 10, (16 << 10) + 1, 5 << 20])
  func sendsBytes(count: Int) async throws {
    let app = HTTPHandler { _ in .bytes(ByteBuffer(repeating: 0x61, count: count)) }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/1") + request("/2"))
      for _ in 0..<2 {
        let response = try await client.receiveResponse()
        #expect(response["content-length"] == "\(count)")
        #expect(response.body == ByteBuffer(repeating: 0x61, count: count))
      }
    }
  }

  @Test func answersHEADWithTheHeadOfGET() async throws {
    let app = HTTPHandler { request in
      switch request.path {
      case "/bytes": .text("hello")
      case "/stream": .stream { _ in Issue.record("nobody reads this") }
      default: .stream(length: 7) { _ in Issue.record("nobody reads this") }
      }
    }
    try await withConnection(to: app) { client async throws in
      let framing = [
        "/bytes": "content-length: 5\r\n", "/stream": "transfer-encoding: chunked\r\n",
        "/length": "content-length: 7\r\n",
      ]
      for (target, field) in framing {
        try await client.send(request(target, method: "HEAD"))
        let response = try await client.receiveResponse(hasBody: false)
        #expect(response.status == 200)
        #expect(response.head.contains(field))
      }
      #expect(try await client.get("/bytes").text == "hello")
    }
  }

  @Test(arguments: [204, 304])
  func sendsNoBodyWhereTheStatusHasNone(code: Int) async throws {
    let app = HTTPHandler { request in
      request.path == "/bytes"
        ? .text("never", status: .init(code: code), contentType: "a/b")
        : .stream(status: .init(code: code)) { _ in Issue.record("nobody reads this") }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/bytes"))
      let bytes = try await client.receiveHead()
      #expect(bytes.status == code)
      #expect(bytes["content-length"] == nil)
      try await client.send(request("/stream"))
      let stream = try await client.receiveHead()
      #expect(stream.status == code)
      #expect(stream["content-length"] == nil)
      // The next head follows directly.
      try await client.send(request("/bytes"))
      #expect(try await client.receiveHead().status == code)
    }
  }

  @Test func refusesLineBreaksInFields() async throws {
    let app = HTTPHandler { _ in
      Response(headerFields: [.location: "/a\r\nset-cookie: evil"], body: .empty)
    }
    try await withConnection(to: app) { client async throws in
      let response = try await client.get("/")
      #expect(response["set-cookie"] == nil)
      #expect(try await client.get("/").status == response.status)
    }
  }

  // MARK: Streams

  @Test func sendsChunksAsTheyAreWritten() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .stream { writer in
        for part in ["one", "two"] {
          try await writer.write(part)
          await events.wait(for: part)
        }
        try await writer.write(ByteBuffer())
        writer.trailerFields[.init("sum")!] = "42"
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/"))
      let head = try await client.receiveHead()
      #expect(head["transfer-encoding"] == "chunked")
      for part in ["one", "two"] {
        #expect(String(buffer: try await client.receive(8)) == "3\r\n\(part)\r\n")
        events.record(part)
      }
      #expect(try await client.receive(through: "\r\n\r\n") == "0\r\nsum: 42\r\n\r\n")
    }
  }

  @Test func sendsStreamsOfKnownLength() async throws {
    let app = HTTPHandler { _ in
      .stream(length: 6) { writer in
        try await writer.write("abc")
        try await writer.write("def")
      }
    }
    try await withConnection(to: app) { client async throws in
      for _ in 0..<2 {
        let response = try await client.get("/")
        #expect(response["content-length"] == "6")
        #expect(response["transfer-encoding"] == nil)
        #expect(response.text == "abcdef")
      }
    }
  }

  @Test func sendsTrailersBehindChunksOnly() async throws {
    let app = HTTPHandler { request in
      let length = request.path == "/length" ? 3 : nil
      return .stream(length: length) { writer in
        try await writer.write("abc")
        writer.trailerFields[.init("sum")!] = "42"
        writer.trailerFields[.contentLength] = "99"
        writer.trailerFields[.setCookie] = "evil"
      }
    }
    try await withConnection(to: app) { client async throws in
      #expect(try await client.get("/chunks").trailers == "sum: 42\r\n")
      #expect(try await client.get("/length").text == "abc")
      #expect(try await client.get("/chunks").text == "abc")
      try await client.send("GET /chunks HTTP/1.0\r\n\r\n")
      #expect(await client.receiveToEnd().hasSuffix("\r\n\r\nabc"))
    }
  }

  @Test func endsStreamsToHTTP10WithTheConnection() async throws {
    let app = HTTPHandler { _ in .stream { try await $0.write("abc") } }
    try await withConnection(to: app) { client async throws in
      try await client.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
      #expect(
        await client.receiveToEnd() == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc")
      #expect(client.end == .closed)
    }
  }

  @Test(arguments: [2, 4])
  func abortsStreamsOfAnotherLengthThanDeclared(count: Int) async throws {
    let app = HTTPHandler { _ in
      .stream(length: 3) { writer in
        for _ in 0..<count { try await writer.write("x") }
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/") + request("/never"))
      let text = await client.receiveToEnd()
      #expect(
        text == "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"
          + String(repeating: "x", count: min(count, 3)) || client.end == .broken)
      // Whatever was declared too short must not look complete with more behind it.
      #expect(!text.contains("never"))
      #expect(text.components(separatedBy: "HTTP/1.1").count == 2)
    }
  }

  @Test func tellsTheWriterThatTheLengthIsExceeded() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .stream(length: 3) { writer in
        do {
          try await writer.write("abcd")
        } catch {
          events.record("\(error)")
          throw error
        }
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/"))
      await events.wait(for: "lengthExceeded(declared: 3)")
      _ = await client.receiveToEnd()
    }
  }

  @Test func abortsChunkedStreamsThatThrow() async throws {
    let app = HTTPHandler { _ in
      .stream { writer in
        try await writer.write("abc")
        throw CancellationError()
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/") + request("/never"))
      let text = await client.receiveToEnd()
      #expect(text.hasSuffix("\r\n\r\n3\r\nabc\r\n"))
    }
  }

  @Test func resetsStreamsToHTTP10ThatThrow() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .stream { writer in
        try await writer.write("abc")
        await events.wait(for: "received")
        throw CancellationError()
      }
    }
    try await withConnection(to: app) { client async throws in
      try await client.send("GET / HTTP/1.0\r\n\r\n")
      _ = try await client.receive(through: "abc")
      events.record("received")
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .broken)
    }
  }

  @Test(arguments: [false, true])
  func holdsBackTheWriterWhileTheClientIsSlow(isOffloaded: Bool) async throws {
    let written = Events()
    let size = 1 << 20
    let count = 16
    let app = HTTPHandler { request in
      if request.path == "/other" { return .text("") }
      return .stream { writer in
        for _ in 0..<count {
          try await writer.write(ByteBuffer(repeating: 0x61, count: size))
          written.record("part")
        }
      }
    }
    let served: any HTTPApplication = isOffloaded ? app.offloaded() : app
    try await withServer(AnyHTTPApplication(served)) { server async throws in
      let client = try await server.connect(isReading: false)
      try await client.send(request("/"))
      await written.wait(for: "part")
      // Many turns of the loop later the writer has not come far.
      let other = try await server.connect()
      var before = -1
      while before != written.all.count {
        before = written.all.count
        for _ in 0..<200 { _ = try await other.get("/other") }
      }
      #expect(before < count)
      await client.startReading()
      let response = try await client.receiveResponse()
      #expect(response.body.readableBytes == count * size)
    }
  }

  @Test func tellsTheWriterThatTheClientWentAway() async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .stream { writer in
        do {
          while true {
            try await writer.write(ByteBuffer(repeating: 0x61, count: 1 << 16))
            events.record("part")
          }
        } catch {
          events.record("\(error)")
          throw error
        }
      }
    }
    try await withConnection(to: app, isReading: false) { client async throws in
      try await client.send(request("/"))
      await events.wait(for: "part")
      client.close()
      await events.wait(for: "connectionClosed")
    }
  }

  // MARK: Files

  /// A file that is removed when the test is over; it stays open.
  private func withFile(
    of count: Int, _ body: (_ path: String, OpenFile) async throws -> Void
  ) async throws {
    let path = NSTemporaryDirectory() + "HTTPAppServerTests-\(UUID().uuidString)"
    // A period that shows a region sent from the wrong place.
    let block = (0..<min(count, 10_007)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var bytes = Data(block)
    while bytes.count < count { bytes += bytes.prefix(count - bytes.count) }
    try bytes.write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path, try OpenFile(path: path))
  }

  @Test(arguments: [0, 100, 16 << 10, (16 << 10) + 1, 8 << 20])
  func sendsFiles(count: Int) async throws {
    try await withFile(of: count) { path, file async throws in
      let app = HTTPHandler { request in
        if request.path == "/region" {
          return Response(body: .file(file, range: count / 4..<count / 2))
        }
        return Response(body: .file(file))
      }
      let content = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: path)))
      try await withConnection(to: app) { client async throws in
        try await client.send(
          request("/whole") + request("/whole", method: "HEAD") + request("/region"))
        let whole = try await client.receiveResponse()
        #expect(whole.body == content)
        let head = try await client.receiveResponse(hasBody: false)
        #expect(head["content-length"] == "\(count)")
        let region = try await client.receiveResponse()
        #expect(region.body == content.getSlice(at: count / 4, length: count / 2 - count / 4))
      }
    }
  }

  @Test(arguments: [100, 64 << 10, 16 << 20])
  func closesWhenAFileHasShrunk(count: Int) async throws {
    try await withFile(of: count) { path, file async throws in
      let events = Events()
      let app = HTTPHandler { _ in
        events.record("answered")
        return Response(body: .file(file))
      }
      if count < 1 << 20 { #expect(truncate(path, off_t(count / 2)) == 0) }
      try await withConnection(to: app, isReading: false) { client async throws in
        try await client.send(request("/"))
        await events.wait(for: "answered")
        // More than all buffers on the way can have taken: the rest is cut while it is sent.
        if count >= 1 << 20 { #expect(truncate(path, off_t(count / 2)) == 0) }
        await client.startReading()
        let head = try await client.receiveHead()
        #expect(head["content-length"] == "\(count)")
        #expect(await client.countToEnd() < count)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func manyDownloadsOfAFileShareItsDescriptor() async throws {
    try await withFile(of: 16 << 20) { path, file async throws in
      let events = Events()
      let count = 200
      let app = HTTPHandler { request in
        events.record(request.path)
        return Response(body: .file(file))
      }
      try await withServer(app) { server async throws in
        var clients: [RawClient] = []
        for number in 0..<count {
          let client = try await server.connect(isReading: false)
          try await client.send(request("/\(number)"))
          clients.append(client)
        }
        for number in 0..<count { await events.wait(for: "/\(number)") }
        // A later request on another connection is answered after those have begun to be sent.
        let last = try await server.connect(isReading: false)
        try await last.send(request("/last"))
        await events.wait(for: "/last")
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
          let target = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/self/fd/" + $0)
          return target == path
        }
        #expect(open.count == 1)
        await clients[0].startReading()
        #expect(try await clients[0].receiveResponse().body.readableBytes == 16 << 20)
        for client in clients { client.close() }
        last.close()
      }
    }
  }

  @Test(arguments: ["/bytes", "/file"])
  func sendsCompleteAnswersAfterTheClientsFIN(path: String) async throws {
    let size = 16 << 20
    try await withFile(of: size) { _, file async throws in
      let app = HTTPHandler { request in
        switch request.path {
        case "/bytes": .bytes(ByteBuffer(repeating: 0x61, count: size))
        case "/file": Response(body: .file(file))
        default: .text(request.path)
        }
      }
      try await withServer(app) { server async throws in
        let client = try await server.connect(isReading: false)
        let other = try await server.connect()
        try await client.send(request(path))
        try await client.closeOutput()
        // The server has seen the end by then.
        for _ in 0..<50 { #expect(try await other.get("/other").text == "/other") }
        await client.startReading()
        #expect(try await client.receiveHead().status == 200)
        #expect(await client.countToEnd() == size)
        #expect(client.end == .closed)
      }
    }
  }

  @Test func survivesAClientThatGoesAwayDuringAFile() async throws {
    try await withFile(of: 16 << 20) { _, file async throws in
      let events = Events()
      let app = HTTPHandler { request in
        if request.path == "/" { return .text("still here") }
        events.record("answered")
        return Response(body: .file(file))
      }
      try await withServer(app) { server async throws in
        let client = try await server.connect(isReading: false)
        try await client.send(request("/file"))
        await events.wait(for: "answered")
        try await client.reset()
        #expect(try await server.connect().get("/").text == "still here")
      }
    }
  }

  // MARK: Informational responses

  @Test func sendsInformationalResponsesToHTTP11Only() async throws {
    let app = HTTPHandler { request in
      request.sendInformational(.init(code: 103), headerFields: [.init("link")!: "</a>"])
      return .text("x", contentType: "a/b")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/"))
      #expect(
        try await client.receiveHead().head == "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
      #expect(try await client.receiveResponse().text == "x")
      try await client.send("GET / HTTP/1.0\r\n\r\n")
      #expect(
        await client.receiveToEnd()
          == "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nconnection: close\r\n"
          + "content-length: 1\r\n\r\nx")
    }
  }

  @Test func sendsNoInformationalResponseBehindTheFinalOne() async throws {
    let app = HTTPHandler { request in
      .stream { writer in
        request.sendInformational(.init(code: 103))
        try await writer.write("x")
      }
    }
    try await withConnection(to: app) { client async throws in
      #expect(try await client.get("/").text == "x")
    }
  }
}
