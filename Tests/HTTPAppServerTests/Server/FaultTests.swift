// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import Logging
import NIOCore
import Testing

@testable import HTTPAppServer

/// What goes wrong on one connection does not concern another, and leaves nothing behind.
@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
  private struct Fault: Error {}

  /// Goes wrong in the way that the path names.
  private struct FaultyApp: HTTPApplication {
    let events = Events()

    func respond(to request: Request) async throws -> Response {
      switch request.path {
      case "/throws":
        throw Fault()
      case "/cuts":
        return .stream { writer in
          try await writer.write("abc")
          throw Fault()
        }
      case "/hangs":
        events.record("hanging \(request.target)")
        do {
          try await Task.sleep(for: .seconds(3600))
        } catch {
          events.record("cancelled")
          throw error
        }
        return .text("too late")
      case "/insists":
        events.record("insisting")
        await insist()
        return .text("too late")
      case "/endless":
        return .stream { writer in
          do {
            while true {
              try await writer.write(ByteBuffer(repeating: 0x61, count: 64 << 10))
              events.record("written \(request.target)")
            }
          } catch {
            events.record("\(error) \(request.target)")
            throw error
          }
        }
      case "/large":
        return .bytes(ByteBuffer(repeating: 0x61, count: 16 << 20))
      case "/body":
        return .text("\(try await request.body.collect(upTo: 1 << 20).readableBytes)")
      default:
        return .text(request.path)
      }
    }

    /// Waits to be let go, and for nothing else.
    private func insist() async {
      let events = events
      await Task { await events.wait(for: "let go") }.value
    }
  }

  private func withFaults(
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: (CountedServer, _ witness: RawClient, Events) async throws -> Void
  ) async throws {
    let app = FaultyApp()
    try await withCountedServer(app, configure: configure) { server in
      let witness = try await server.connect()
      #expect(try await witness.get("/before").text == "/before")
      try await body(server, witness, app.events)
      try await server.settle(at: 1, witness: witness)
      #expect(try await witness.get("/after").text == "/after")
    }
  }

  // MARK: Handlers

  @Test func survivesHandlersThatThrow() async throws {
    try await withFaults { server, witness, _ in
      for _ in 0..<20 {
        let (before, behind) = (try await server.connect(), try await server.connect())
        try await before.send(request("/throws", "connection: close"))
        try await behind.send(request("/cuts"))
        #expect(try await witness.get("/other").text == "/other")
        #expect(try await before.receiveResponse().status == 500)
        #expect(await before.receiveToEnd() == "")
        #expect(await behind.receiveToEnd().hasSuffix("\r\n\r\n3\r\nabc\r\n"))
      }
    }
  }

  @Test(arguments: ["close", "reset"])
  func cancelsHandlersThatHangWhenTheirClientsGo(how: String) async throws {
    try await withFaults { server, witness, events in
      let count = 20
      for number in 0..<count {
        let client = try await server.connect()
        try await client.send(request("/hangs?\(number)"))
        await events.wait(for: "hanging /hangs?\(number)")
        if how == "reset" { try await client.reset() } else { client.close() }
      }
      try await server.settle(at: 1, witness: witness)
      #expect(events.all.count { $0 == "cancelled" } == count)
    }
  }

  @Test func keepsNothingButTheHandlerThatIgnoresItsCancellation() async throws {
    try await withFaults { server, witness, events in
      let client = try await server.connect()
      try await client.send(request("/insists"))
      await events.wait(for: "insisting")
      try await client.reset()
      for _ in 0..<100 { #expect(try await witness.get("/other").text == "/other") }
      #expect(try await server.connectionCount == 2)
      events.record("let go")
    }
  }

  @Test func warnsOfHandlersThatItsShutdownWaitsFor() async throws {
    let app = FaultyApp()
    let logged = Events()
    try await withServer(
      Recorder(app, app.events),
      configure: {
        $0.shutdownTimeout = .milliseconds(200)
        $0.logger = Logger(label: "test") { _ in RecordingLog(logged, .warning, key: "handlers") }
      }
    ) { server async throws in
      let client = try await server.connect()
      try await client.send(request("/insists"))
      await app.events.wait(for: "insisting")
      await server.beginShutdown()
      // Its client is let go; the handler has to go by itself.
      #expect(await client.receiveToEnd() == "")
      await logged.wait(for: "the shutdown waits for handlers that ignore their cancellation: 1")
      #expect(app.events.all == ["insisting"])
      app.events.record("let go")
    }
    // The server has not ended before its handler.
    #expect(app.events.all == ["insisting", "let go", "answered"])
  }

  // MARK: Peers

  @Test func survivesResetsInTheMiddleOfResponses() async throws {
    try await withFaults { server, witness, events in
      for number in 0..<20 {
        let client = try await server.connect(isReading: false)
        try await client.send(request("/endless?\(number)"))
        await events.wait(for: "written /endless?\(number)")
        #expect(try await witness.get("/other").text == "/other")
        try await client.reset()
        await events.wait(for: "connectionClosed /endless?\(number)")
      }
    }
  }

  @Test(arguments: ["takes nothing", "close", "reset"])
  func givesUpOnAnAnswerAfterTheClientsFIN(how: String) async throws {
    try await withFaults(configure: { $0.limits.writeTimeout = .milliseconds(500) }) {
      server, witness, _ in
      let client = try await server.connect(isReading: false)
      try await client.send(request("/large"))
      try await client.closeOutput()
      for _ in 0..<50 { #expect(try await witness.get("/other").text == "/other") }
      switch how {
      case "close": client.close()
      case "reset": try await client.reset()
      default: break
      }
      try await server.settle(at: 1, witness: witness)
    }
  }

  @Test func servesOthersWhileClientsDrip() async throws {
    let count = 20
    try await withFaults(
      configure: {
        $0.limits.headTimeout = .milliseconds(500)
        $0.limits.bodyTimeout = .seconds(1)
        $0.limits.minimumBodyRate = 1 << 20
      }
    ) { server, witness, _ in
      var dripping: [RawClient] = []
      for _ in 0..<count {
        let (head, body) = (try await server.connect(), try await server.connect())
        try await head.send("GET /")
        try await body.send(request("/body", method: "POST", "content-length: 1000000"))
        dripping += [head, body]
      }
      // A byte each for every answer that somebody else gets.
      while try await server.connectionCount > 1 {
        #expect(try await witness.get("/other").text == "/other")
        for client in dripping { client.post(ByteBuffer(string: "x")) }
      }
      for client in dripping { #expect(try await client.receiveResponse().status == 408) }
    }
  }
}
