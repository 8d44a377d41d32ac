// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPAppServer

@Suite(.timeLimit(.minutes(1)))
struct HTTPConnectionTests {
  static let echoTarget = HTTPHandler { .text($0.target, contentType: "text/plain") }

  // MARK: Keep-alive

  @Test func keepsConnectionsOfHTTP11() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      for target in ["/1", "/2", "/3"] {
        let response = try await client.get(target)
        #expect(
          response.head
            == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 2\r\n\r\n")
        #expect(response.text == target)
      }
    }
  }

  @Test func closesConnectionsOfHTTP11OnRequest() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      try await client.send(request("/", "connection: close") + request("/never"))
      #expect(
        await client.receiveToEnd()
          == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nconnection: close\r\n"
          + "content-length: 1\r\n\r\n/")
      #expect(client.end == .closed)
    }
  }

  @Test func closesConnectionsOfHTTP10() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      try await client.send("GET /old HTTP/1.0\r\n\r\n")
      #expect(
        await client.receiveToEnd()
          == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nconnection: close\r\n"
          + "content-length: 4\r\n\r\n/old")
    }
  }

  @Test func keepsConnectionsOfHTTP10OnRequest() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      for _ in 0..<2 {
        let response = try await client.exchange(
          "GET /old HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        #expect(response["connection"] == "keep-alive")
        #expect(response.text == "/old")
      }
    }
  }

  // MARK: Pipelining

  @Test func answersPipelinedRequestsInOrderWhenTheFirstIsSlow() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      events.record(request.path)
      if request.path == "/0" { await events.wait(for: "go") }
      return .text(request.path)
    }
    try await withConnection(to: app) { client async throws in
      // More than are taken at a time.
      let targets = (0..<40).map { "/\($0)" }
      try await client.send(targets.map { request($0) }.joined())
      await events.wait(for: "/0")
      events.record("go")
      for target in targets { #expect(try await client.receiveResponse().text == target) }
      #expect(events.all.filter { $0 != "go" } == targets)
    }
  }

  @Test func takesRequestsThatArriveByteByByte() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      for byte in (request("/1") + request("/2")).utf8 {
        try await client.send(ByteBuffer(bytes: [byte]))
      }
      #expect(try await client.receiveResponse().text == "/1")
      #expect(try await client.receiveResponse().text == "/2")
    }
  }

  @Test func readsNoMoreThanItMayHold() async throws {
    let events = Events()
    let app = HTTPHandler { request in
      if request.path == "/0" {
        events.record("started")
        await events.wait(for: "go")
      }
      return Response(status: .noContent)
    }
    try await withServer(app) { server async throws in
      let client = try await server.connect()
      try await client.send(request("/0"))
      await events.wait(for: "started")
      let one = request("/more", "padding: " + String(repeating: "x", count: 20_000))
      let count = (16 << 20) / one.utf8.count
      client.post(ByteBuffer(string: String(repeating: one, count: count)))
      #expect(try await client.settledBacklog(while: server.connect()) > 0)
      events.record("go")
      for _ in 0...count {
        #expect(try await client.receiveResponse().status == 204)
      }
    }
  }

  @Test func forgetsWhatItHasAnsweredWhenEveryReadEndsInAHead() throws {
    let server = try EmbeddedConnection(to: Self.echoTarget)
    let head = request("/" + String(repeating: "x", count: 1000))
    try server.receive(String(head.prefix(10)))
    let straddling = String(head.dropFirst(10) + head.prefix(10))
    for _ in 0..<1000 {
      try server.receive(straddling)
      #expect(try server.sent().readableBytes > 0)
    }
    #expect(server.connection.inbound.readableBytes == 10)
    #expect(server.connection.inbound.capacity < 10 * head.utf8.count)
    server.end()
  }

  // MARK: The task

  @Test func hasOneTaskFromItsFirstMomentOn() throws {
    let events = Events()
    let channel = EmbeddedChannel()
    let app = HTTPHandler { request in
      events.record("begin \(request.path)")
      // Nobody has the handle of the task yet that this runs in.
      if request.path == "/1" { channel.pipeline.fireChannelReadComplete() }
      await Task.yield()
      events.record("end \(request.path)")
      return .text("")
    }
    let server = try EmbeddedConnection(to: app, on: channel)
    try server.receive(request("/1") + request("/2"))
    #expect(events.all == ["begin /1", "end /1", "begin /2", "end /2"])
    server.end()
  }

  @Test func cancelsATaskThatHadJustBegunWhenTheConnectionEnded() throws {
    let events = Events()
    let channel = EmbeddedChannel()
    let app = HTTPHandler { _ in
      // Nobody has the handle of the task yet that this runs in.
      channel.close(promise: nil)
      channel.embeddedEventLoop.run()
      await withTaskCancellationHandler {
        events.record("waiting")
        await events.wait(for: "never")
      } onCancel: {
        events.record("cancelled")
      }
      return .text("too late")
    }
    let server = try EmbeddedConnection(to: app, on: channel)
    try server.receive(request("/"))
    #expect(events.all == ["waiting"])
    channel.embeddedEventLoop.advanceTime(by: ServerLoop.tickInterval)
    #expect(events.all == ["waiting", "cancelled"])
    server.end()
  }

  // MARK: Ending

  @Test func doesNotCancelInTheMiddleOfAFailingWrite() throws {
    let events = Events()
    let app = HTTPHandler { _ in
      .webSocket { socket in
        try await withTaskCancellationHandler {
          _ = try await socket.receive()
          events.record("writing")
          // So long that it is written at once.
          let bytes = ByteBuffer(repeating: 0, count: HTTPConnection.copyLimit + 1)
          _ = socket.offer(.binary(bytes))
          events.record("written")
          _ = try await socket.receive()
        } onCancel: {
          events.record("cancelled")
        }
      }
    }
    let server = try EmbeddedConnection(to: app)
    try server.upgrade()
    let failing = FailingWrites()
    try server.channel.pipeline.syncOperations.addHandler(failing, position: .first)
    try server.receive(RawFrame.text("go").bytes())
    #expect(events.all == ["writing", "written"])
    server.turn()
    #expect(events.all == ["writing", "written", "cancelled"])
    server.end()
  }

  @Test(arguments: ["close", "reset", "closeOutput"])
  func cancelsTheRequestWhenTheClientGoesAway(how: String) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      events.record("started")
      do { try await Task.sleep(for: .seconds(50)) } catch { events.record("cancelled") }
      return .text("too late")
    }
    try await withConnection(to: app) { client async throws in
      try await client.send(request("/"))
      await events.wait(for: "started")
      switch how {
      case "close": client.close()
      case "reset": try await client.reset()
      default: try await client.closeOutput()
      }
      await events.wait(for: "cancelled")
    }
  }

  /// Also while it reads no more: behind as many requests as it takes, or as much of a body.
  @Test(arguments: ["requests", "body"], ["close", "reset", "closeOutput"])
  func cancelsThoughItHasStoppedReading(unread: String, how: String) async throws {
    let events = Events()
    let app = HTTPHandler { _ in
      events.record("started")
      do { try await Task.sleep(for: .seconds(50)) } catch { events.record("cancelled") }
      return .text("too late")
    }
    try await withConnection(to: app) { client async throws in
      if unread == "body" {
        try await client.send(request("/", method: "POST", "content-length: 1000000"))
        await events.wait(for: "started")
        try await client.send(ByteBuffer(repeating: 0x61, count: 100_000))
      } else {
        try await client.send(request("/"))
        await events.wait(for: "started")
        try await client.send(String(repeating: request("/more"), count: 100))
      }
      switch how {
      case "close": client.close()
      case "reset": try await client.reset()
      default: try await client.closeOutput()
      }
      await events.wait(for: "cancelled")
    }
    #expect(events.all.count { $0 == "started" } == 1)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\nhost: a\r\nx", "GET /", "\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhell",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
  ])
  func answersNothingToATruncatedRequest(text: String) async throws {
    let app = HTTPHandler { .bytes(try await $0.body.collect(upTo: 10)) }
    try await withConnection(to: app) { client async throws in
      try await client.send(text)
      try await client.closeOutput()
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
    }
  }

  @Test func answersAClientThatEndsItsOutputBehindTheRequest() async throws {
    try await withConnection(to: Self.echoTarget) { client async throws in
      try await client.send(request("/last"))
      try await client.closeOutput()
      #expect(await client.receiveToEnd().hasSuffix("\r\n\r\n/last"))
    }
  }

  @Test func sendsEverythingBeforeItCloses() async throws {
    let size = 16 << 20
    let app = HTTPHandler { _ in .bytes(ByteBuffer(repeating: 0x61, count: size)) }
    try await withConnection(to: app, isReading: false) { client async throws in
      try await client.send(request("/", "connection: close"))
      await client.startReading()
      let response = try await client.receiveResponse()
      #expect(response.body.readableBytes == size)
      #expect(await client.receiveToEnd() == "")
      #expect(client.end == .closed)
    }
  }

  @Test func givesUpOnAPeerThatTakesNothingOfTheLastAnswer() async throws {
    let events = Events()
    let app = HTTPHandler { _ in .bytes(ByteBuffer(repeating: 0x61, count: 16 << 20)) }
    var client: RawClient?
    try await withServer(
      Recorder(app, events),
      configure: {
        $0.limits.writeTimeout = .seconds(2)
        $0.shutdownTimeout = .seconds(120)
      }
    ) { server async throws in
      client = try await server.connect(isReading: false)
      try await client?.send(request("/", "connection: close"))
      await events.wait(for: "answered")
    }
    // The server has ended although its peer has not.
    #expect(client?.end == nil)
  }

  @Test func tellsTheAddressesOfTheConnection() async throws {
    let app = HTTPHandler { request in
      .text("\(request.connection.peerAddress != nil) \(request.connection.localAddress!)")
    }
    try await withServer(app) { server async throws in
      let response = try await server.connect().get("/")
      #expect(response.text == "true \(server.address)")
    }
  }

  @Test func runsTheApplicationOnTheLoop() async throws {
    let app = HTTPHandler { request in
      let loop = (request.connection.executor as? LoopExecutor)?.loop
      var places = [loop?.inEventLoop == true]
      await Task.yield()
      places.append(loop?.inEventLoop == true)
      try await Task.sleep(for: .milliseconds(1))
      places.append(loop?.inEventLoop == true)
      return .text("\(places)")
    }
    try await withConnection(to: app) { client async throws in
      #expect(try await client.get("/").text == "[true, true, true]")
    }
  }

  @Test func runsOffloadedApplicationsElsewhere() async throws {
    let app = HTTPHandler { request in
      let loop = (request.connection.executor as? LoopExecutor)?.loop
      let places = [loop?.inEventLoop == true]
      let body = try await request.body.collect(upTo: 1 << 20)
      return .stream { writer in
        try await writer.write("\(places) \(body.readableBytes) ")
        for _ in 0..<3 { try await writer.write("x") }
      }
    }.offloaded()
    try await withConnection(to: app) { client async throws in
      let response = try await client.exchange(
        request("/", method: "POST", "content-length: 100000")
          + String(repeating: "x", count: 100_000))
      #expect(response.text == "[false] 100000 xxx")
    }
  }
}

/// Tells when the application inside has answered.
struct Recorder<Base: HTTPApplication>: HTTPApplication {
  let base: Base
  let events: Events

  init(_ base: Base, _ events: Events) {
    self.base = base
    self.events = events
  }

  func respond(to request: Request) async throws -> Response {
    defer { events.record("answered") }
    return try await base.respond(to: request)
  }
}

/// Closes the channel in the middle of every write, as a socket does when the system takes nothing.
private final class FailingWrites: ChannelOutboundHandler {
  typealias OutboundIn = IOData

  func write(
    context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
  ) {
    promise?.fail(ChannelError.ioOnClosedChannel)
    context.close(promise: nil)
  }
}
