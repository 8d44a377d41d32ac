// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import Foundation

/// Measures what a message costs Engine.IO clients: many sessions of one process on one processor,
/// against `EchoServer` on another.
struct CompareClients: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clients",
    abstract: "Compares the CPU time of an echoed message with python-engineio's client.")

  @Option(help: "The EchoServer to talk to, a release build.")
  var server = ".build/release/EchoServer"

  @Option(help: "A Python with python-engineio and aiohttp.")
  var python = ".venv/bin/python"

  @Option(help: "polling, websocket or upgrade (polling first).")
  var transport = "websocket"

  @Option(help: "Rounds; the median counts.")
  var rounds = 5

  @Option(help: "Seconds of load in each.")
  var seconds = 5

  @Option(help: "Sessions at once.")
  var sessions = 1_000

  @Option(help: "The size of a message in bytes.")
  var bytes = 20

  private struct Client {
    var name: String
    var command: [String]
  }

  mutating func run() throws {
    let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let ours = here.appending(path: "ClientLoad").path
    let clients = [
      Client(name: "EngineIOClient", command: [ours]),
      Client(name: "EngineIOClient, handler", command: [ours, "--handler"]),
      Client(
        name: "python-engineio", command: [python, "Benchmarks/clients/python_engineio_load.py"]),
    ]
    for path in [server, ours, python] where !FileManager.default.isExecutableFile(atPath: path) {
      throw ValidationError("There is no program at \(path).")
    }

    var samples: [String: [(rate: Double, microseconds: Double)]] = [:]
    for round in 1...rounds {
      for client in clients {
        let sample = try measure(client)
        samples[client.name, default: []].append(sample)
        print(
          "round \(round)  \(client.name.padded(to: 25))\(sample.rate.formatted(0)) messages/s, "
            + "\(sample.microseconds.formatted(2)) µs of CPU each")
      }
    }

    let costs = samples.mapValues { $0.map(\.microseconds) }
    let theirs = costs["python-engineio", default: []]
    print(
      "\n| client | messages/s, median | CPU µs each, median | times less than python-engineio |")
    print("|---|---|---|---|")
    for client in clients {
      let own = costs[client.name, default: []]
      // Round by round, since what disturbs a machine disturbs neighbours in time alike.
      let ratio = zip(theirs, own).map { $0 / $1 }.median
      let rate = samples[client.name, default: []].map(\.rate).median
      print(
        "| \(client.name) | \(rate.formatted(0)) | \(own.median.formatted(2)) "
          + "| \(ratio.formatted(1)) |")
    }
  }

  /// One client against a server of its own.
  private func measure(_ client: Client) throws -> (rate: Double, microseconds: Double) {
    let port = String(Int.random(in: 20_000..<30_000))
    let server = try start(self.server, ["--port", port, "--loops", "1"], on: 0)
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    try waitForPort(port, of: "EchoServer")
    let output = Pipe()
    let options = [
      "http://127.0.0.1:\(port)", "--transport", transport, "--sessions", String(sessions),
      "--bytes", String(bytes), "--seconds", String(seconds),
    ]
    let process = try start(
      client.command[0], client.command.dropFirst() + options, on: 1, output: output)
    let numbers = readNumbers(from: output)
    process.waitUntilExit()
    guard process.terminationStatus == 0, numbers.count == 3, numbers[0] > 0 else {
      throw ValidationError("The load of \(client.name) failed.")
    }
    return (numbers[0] / numbers[1], numbers[2] * 1e6 / numbers[0])
  }
}
