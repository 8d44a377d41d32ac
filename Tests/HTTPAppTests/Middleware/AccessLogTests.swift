// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AccessLogTests {
  private struct Fault: Error {}

  /// What was logged, in order.
  private final class Log: Sendable {
    let events = Events()
    private let written = Mutex<[AccessLogEntry]>([])

    var entries: [AccessLogEntry] { written.withLock { $0 } }

    var middleware: AccessLog {
      AccessLog { entry in
        self.written.withLock { $0.append(entry) }
        self.events.record(entry.request.target)
      }
    }

    /// The entry of a request, once it is there.
    func entry(of target: String) async throws -> AccessLogEntry {
      await events.wait(for: target)
      return try #require(entries.first { $0.request.target == target })
    }
  }

  private static let app = HTTPHandler { request in
    switch request.path {
    case "/text": return .text("Hello", status: .accepted)
    case "/refused": throw HTTPError(.forbidden, "No.")
    case "/failed": throw Fault()
    case "/nothing": return Response(status: .noContent)
    case "/stream":
      return .stream { writer in
        try await writer.write("abc")
        try await writer.write("de")
        writer.trailerFields[.eTag] = "x"
      }
    case "/cut":
      return .stream { writer in
        try await writer.write("abc")
        throw Fault()
      }
    case "/socket":
      return .webSocket { for try await message in $0.messages { try await $0.send(message) } }
    default: return .notFound
    }
  }

  @Test(arguments: TestMode.allCases)
  func tellsWhatWasAnswered(mode: TestMode) async throws {
    let log = Log()
    try await Self.app.wrapped(by: log.middleware).test(mode) { client async throws in
      let expected: [(target: String, status: Int, bytes: Int)] = [
        ("/text?a=b", 202, 5), ("/refused", 403, 4), ("/nothing", 204, 0), ("/stream", 200, 5),
        ("/other", 404, 9),
      ]
      for (target, status, bytes) in expected {
        let response = try await client.get(target)
        #expect(response.status.code == status)
        #expect(response.body.readableBytes == bytes)
        let entry = try await log.entry(of: target)
        #expect(entry.status.code == status)
        #expect(entry.bodyBytes == bytes)
        #expect(!entry.isAborted)
        #expect(entry.request.method == .get)
        #expect(entry.request.connection.peerAddress != nil)
      }
      #expect(log.entries.map(\.request.target) == expected.map(\.target))
    }
  }

  @Test(arguments: TestMode.allCases)
  func tellsOfErrors(mode: TestMode) async throws {
    let log = Log()
    try await Self.app.wrapped(by: log.middleware).test(mode) { client async throws in
      #expect(try await client.get("/failed").status == .internalServerError)
      let failed = try await log.entry(of: "/failed")
      #expect(failed.status == .internalServerError)
      #expect(failed.bodyBytes == nil)
      _ = try? await client.get("/cut")
      let cut = try await log.entry(of: "/cut")
      #expect(cut.status == .ok)
      #expect(cut.bodyBytes == 3)
      #expect(cut.isAborted)
    }
  }

  @Test(arguments: TestMode.allCases)
  func tellsOfStreamsThatNoBodyIsWantedOf(mode: TestMode) async throws {
    let log = Log()
    try await Self.app.wrapped(by: log.middleware).test(mode) { client async throws in
      for target in ["/stream", "/text"] {
        _ = try await client.send(.head, target)
        let entry = try await log.entry(of: target)
        #expect(entry.bodyBytes == 0)
        #expect(!entry.isAborted)
      }
    }
  }

  @Test(arguments: TestMode.allCases)
  func keepsTrailersOfStreams(mode: TestMode) async throws {
    try await Self.app.wrapped(by: Log().middleware).test(mode) { client async throws in
      #expect(try await client.get("/stream").trailerFields == [.eTag: "x"])
    }
  }

  @Test(arguments: TestMode.allCases)
  func tellsOfWebSocketsWhenTheyEnd(mode: TestMode) async throws {
    let log = Log()
    try await Self.app.wrapped(by: log.middleware).test(mode) { client async throws in
      try await client.webSocket("/socket?1") { socket in
        try await socket.send("ping")
        #expect(try await socket.receive() == .text("ping"))
        #expect(log.entries.isEmpty)
      }
      let entry = try await log.entry(of: "/socket?1")
      #expect(entry.status == .switchingProtocols)
      #expect(entry.bodyBytes == nil)
      #expect(!entry.isAborted)

      #expect(try await client.get("/socket?2").status == .upgradeRequired)
      #expect(try await log.entry(of: "/socket?2").status == .upgradeRequired)
    }
  }

  @Test func tellsHowLongTheApplicationTook() async throws {
    let spent = Mutex(Duration.zero)
    let app = HTTPHandler { _ in
      let start = ContinuousClock.now
      for _ in 0..<10 { await Task.yield() }
      spent.withLock { $0 = .now - start }
      return .text("")
    }
    let log = Log()
    let started = ContinuousClock.now
    _ = try await app.wrapped(by: log.middleware).respond(to: Request(target: "/"))
    let entry = try await log.entry(of: "/")
    #expect(entry.duration >= spent.withLock { $0 })
    #expect(entry.duration <= .now - started)
  }

  @Test func isOneLine() {
    let request = Request(
      method: .post, target: "/search?q=1",
      connection: ConnectionInfo(peerAddress: .ip("192.0.2.1", port: 50312)))
    #expect(
      AccessLogEntry(
        request: request, status: .ok, bodyBytes: 12, duration: .microseconds(532),
        isAborted: false
      ).description == "192.0.2.1:50312 \"POST /search?q=1 HTTP/1.1\" 200 12 532us")
    #expect(
      AccessLogEntry(
        request: Request(), status: .internalServerError, bodyBytes: nil, duration: .seconds(2),
        isAborted: true
      ).description == "- \"GET / HTTP/1.1\" 500 - 2000000us aborted")
  }
}
