// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOMiddleware
import Foundation
import HTTPApp
import HTTPAppServer
import Logging
import StaticFiles

/// A server to measure and to test against: it answers, echoes and serves files, and does nothing
/// else.
@main
struct EchoServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "EchoServer", abstract: "Echoes HTTP, WebSocket and Engine.IO.")

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 picks a free one.")
  var port: UInt16 = 3000

  @Option(help: "The number of event loops; one a processor unless given.")
  var loops: Int?

  @Option(help: "Engine.IO: the time between pings, such as 25s or 300ms.")
  var pingInterval = Interval(.seconds(25))

  @Option(help: "Engine.IO: the time to answer a ping, such as 20s or 200ms.")
  var pingTimeout = Interval(.seconds(20))

  @Flag(help: "Engine.IO: serve clients of protocol version 3 as well.")
  var allowEIO3 = false

  @Option(help: "Engine.IO: send every session the time this often, such as 1ms.")
  var broadcastEvery: Interval?

  @Option(help: "Engine.IO: the name of a cookie with the session's id.")
  var cookie: String?

  @Option(help: "A folder to serve at /files/.")
  var files: String?

  @Flag(help: "Compress WebSocket messages where the client offers permessage-deflate.")
  var deflate = false

  @Flag(help: "Log what the server does to standard error.")
  var verbose = false

  func validate() throws {
    if let loops, loops < 1 { throw ValidationError("There is at least one loop.") }
    guard pingInterval.duration > .zero, pingTimeout.duration > .zero else {
      throw ValidationError("Pings need some time between and behind them.")
    }
    if let broadcastEvery, broadcastEvery.duration <= .zero {
      throw ValidationError("Broadcasts need some time between them.")
    }
    if let files, !FileManager.default.fileExists(atPath: files) {
      throw ValidationError("There is no folder \(files).")
    }
  }

  func run() async throws {
    let isVerbose = verbose
    LoggingSystem.bootstrap { label -> any LogHandler in
      if isVerbose {
        StreamLogHandler.standardError(label: label)
      } else {
        SwiftLogNoOpLogHandler()
      }
    }

    // Everything is compressed, so that short messages do for tests.
    var compression = WebSocketCompression()
    compression.minimumBytes = 1
    compression.serverContextTakeover = true
    compression.clientContextTakeover = true
    let webSocketCompression = deflate ? compression : nil

    let engine = EngineIOServer(
      .init(
        pingInterval: pingInterval.duration, pingTimeout: pingTimeout.duration,
        allowEIO3: allowEIO3, webSocketCompression: webSocketCompression, allowedOrigins: .any,
        cookie: cookie.map { EngineIOCookie($0) },
        logger: verbose ? Logger(label: "EngineIO") : nil))
    engine.onMessage { session, message in try await session.send(message) }

    let app = EngineIOApp(
      engine, staticFiles: files.map { ["/files": .directory($0)] } ?? [:],
      otherApp: EchoApp(compression: webSocketCompression))

    var configuration = HTTPServerConfiguration(
      address: .ip(host, port: Int(port)), loopCount: loops)
    configuration.onListening = { address in
      print("listening on http://\(address)")
      fflush(nil)  // whoever started this may read a pipe
    }
    let server = HTTPServer(app, configuration: configuration)
    guard let broadcastEvery else { return try await server.run() }
    let broadcast = Broadcast(engine: engine, interval: broadcastEvery.duration)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await broadcast.run() }
      try await server.run()
      group.cancelAll()
    }
  }
}

/// A time span on the command line: a number and `ms` or `s`.
struct Interval: ExpressibleByArgument, CustomStringConvertible {
  let duration: Duration
  let description: String

  init(_ duration: Duration) {
    self.duration = duration
    description = "\(duration)"
  }

  init?(argument: String) {
    let number = argument.prefix { $0.isNumber }
    guard let value = Int(number) else { return nil }
    switch argument.dropFirst(number.count) {
    case "ms": duration = .milliseconds(value)
    case "s": duration = .seconds(value)
    default: return nil
    }
    description = argument
  }
}
