// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import EngineIOClient
import Glibc
import Synchronization

/// Many clients in one process, each of which sends a message when the last has been echoed. Prints
/// `MESSAGES SECONDS CPU-SECONDS` for what was echoed after the warm-up, CPU being this process's.
@main
struct ClientLoad: AsyncParsableCommand {
  enum Transport: String, ExpressibleByArgument, CaseIterable {
    case polling, websocket, upgrade

    var kinds: [TransportKind] {
      switch self {
      case .polling: [.polling]
      case .websocket: [.websocket]
      case .upgrade: [.polling, .websocket]
      }
    }
  }

  @Argument(help: "The server, which echoes.")
  var url: String

  @Option(help: "How the messages travel.")
  var transport = Transport.websocket

  @Option(help: "Sessions at once.")
  var sessions = 1_000

  @Option(help: "The size of a message in bytes.")
  var bytes = 20

  @Option(help: "Seconds that count.")
  var seconds = 5.0

  @Option(help: "Seconds before them.")
  var warmUp = 1.0

  @Flag(help: "Take messages by a handler instead of the sequence.")
  var handler = false

  func run() async throws {
    let load = EchoLoad(message: String(repeating: "x", count: bytes))
    var clients: [EngineIOClient] = []
    // Not all at once: the server's backlog is finite.
    while clients.count < sessions {
      let count = min(50, sessions - clients.count)
      clients += try await withThrowingTaskGroup(of: EngineIOClient.self) { group in
        for _ in 0..<count { group.addTask { try await connect(load) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in clients {
        group.addTask { try await handler ? load.begin(client) : load.run(client) }
      }
      try await Task.sleep(for: .seconds(warmUp))
      let begin = Sample(load)
      try await Task.sleep(for: .seconds(seconds))
      let end = Sample(load)
      print(end.messages - begin.messages, end.time - begin.time, end.cpu - begin.cpu)
      load.isOver.store(true, ordering: .relaxed)
      try await group.waitForAll()
    }
    await withTaskGroup { group in
      for client in clients { group.addTask { await client.disconnect() } }
    }
  }

  private func connect(_ load: EchoLoad) async throws -> EngineIOClient {
    var handlers = EngineIOClient.Handlers()
    if handler { handlers.onMessage = { client, message in try await load.answer(client) } }
    let client = try await EngineIOClient.connect(
      url, transports: transport.kinds, handlers: handlers)
    if transport == .upgrade {
      while client.transport != .websocket { try await Task.sleep(for: .milliseconds(10)) }
    }
    return client
  }
}

/// What the clients of a load share.
final class EchoLoad: Sendable {
  let message: EngineIOMessage
  let count = Atomic(0)
  let isOver = Atomic(false)

  init(message: String) {
    self.message = .text(message)
  }

  /// Talks by the sequence of messages until the load is over.
  func run(_ client: EngineIOClient) async throws {
    try await client.send(message)
    for try await _ in client.messages {
      count.add(1, ordering: .relaxed)
      if isOver.load(ordering: .relaxed) { return }
      try await client.send(message)
    }
  }

  func begin(_ client: EngineIOClient) async throws {
    try await client.send(message)
  }

  /// Talks on, in a handler.
  func answer(_ client: EngineIOClient) async throws {
    count.add(1, ordering: .relaxed)
    if !isOver.load(ordering: .relaxed) { try await client.send(message) }
  }
}

/// What was done until now.
struct Sample {
  let messages: Int
  /// In seconds.
  let time: Double
  /// User and system time of the process, in seconds.
  let cpu: Double

  init(_ load: EchoLoad) {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    time = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    messages = load.count.load(ordering: .relaxed)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }
}
