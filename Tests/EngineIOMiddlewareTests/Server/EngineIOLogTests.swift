// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Logging
import Testing

@testable import EngineIOMiddleware

@Suite(.timeLimit(.minutes(1))) struct EngineIOLogTests {
  private struct Failure: Error {}

  private func server(_ log: Log, level: Logger.Level = .debug) -> EngineIOServer {
    var logger = Logger(label: "test") { _ in RecordingLog(log: log) }
    logger.logLevel = level
    return EngineIOServer(.init(logger: logger))
  }

  @Test func lifeOfASession() async throws {
    let log = Log()
    try await serve(server(log)) { client in
      let (socket, sid) = try await client.connectAndUpgrade()
      // Once is enough.
      socket.send("5")
      let id = try client.session(sid).id
      _ = await log.lines(2)
      socket.send("1")
      let lines = await log.lines(3)
      #expect(
        lines == [
          "debug session opened peer=- session=\(id) transport=polling",
          "debug session upgraded session=\(id)",
          "debug session ended reason=client close session=\(id)",
        ])
      #expect(!lines.contains { $0.contains(sid) })
    }
  }

  @Test func whatHandlersThrow() async throws {
    let log = Log()
    let engine = server(log, level: .error)
    engine.onMessage { _, _ in throw Failure() }
    engine.onDisconnect { _, _ in throw Failure() }
    try await serve(engine) { client in
      let sid = try await client.connect()
      let id = try client.session(sid).id
      _ = try await client.post(sid, "4a")
      let line = "error a handler of a session failed error=Failure() session=\(id)"
      #expect(await log.lines(2) == [line, line])
    }
  }

  @Test func whatBackgroundTasksThrow() async throws {
    let log = Log()
    let engine = server(log, level: .error)
    engine.addBackgroundTask {
      log("begin")
      throw Failure()
    }
    // Tasks that have begun are waited for.
    try await serve(engine) { _ in _ = await log.lines(1) }
    #expect(log.lines == ["begin", "error a background task failed error=Failure()"])
  }

  @Test func ofRefusedOriginsTheFirstIsNoticeable() async throws {
    let log = Log()
    try await serve(server(log)) { client in
      for name in ["a", "b", "c"] {
        _ = try await client.get(
          "EIO=4&transport=polling", headerFields: [.origin: "https://\(name).example"])
      }
      #expect(log.lines.count == 3)
      #expect(log.lines[0].hasPrefix("warning refused a page of another origin;"))
      #expect(log.lines[0].contains("allowedOrigins"))
      #expect(log.lines[0].contains("origin=https://a.example"))
      #expect(log.lines[0].contains("host=example.com"))
      #expect(log.lines[1].hasPrefix("debug refused a request"))
      #expect(log.lines[1].contains("origin=https://b.example"))
      #expect(log.lines[2].hasPrefix("debug refused a request"))
      // Another kind has a first of its own.
      _ = try await client.get("EIO=4")
      #expect(
        await log.lines(4)[3]
          == "notice refused a request; others are logged as debug "
          + "answer=400 Transport unknown check=transport peer=-")
    }
  }

  @Test func ofOtherRefusalsTheFirstIsNoticeable() async throws {
    let log = Log()
    let engine = server(log)
    engine.onConnect { _, _ in throw ConnectionRejected("never") }
    try await serve(engine) { client in
      for _ in 1...2 { _ = try await client.get("EIO=4&transport=polling") }
    }
    let rest =
      "answer=401 never cause=ConnectionRejected(message: \"never\") check=connect peer=-"
    #expect(
      log.lines == [
        "notice refused a request; others are logged as debug \(rest)",
        "debug refused a request \(rest)",
      ])
  }

  @Test func nobodyAsked() async throws {
    #expect(EngineIOServer().log == nil)
  }
}

/// Notes level, message and metadata in the order of their keys.
private struct RecordingLog: LogHandler {
  let log: Log
  var logLevel = Logger.Level.trace
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
    log("\(event.level) \(event.message)" + fields.joined())
  }
}
