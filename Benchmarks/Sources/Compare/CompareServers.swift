// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import Foundation

/// Measures the server against others: each on one processor, the load on another, in alternating
/// rounds, each with a fresh process. Machines differ and are noisy: the ratios are what counts.
struct CompareServers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "servers",
    abstract: "Compares requests a second of plaintext keep-alive GETs.")

  @Option(help: "The EchoServer to measure, a release build.")
  var ours = ".build/release/EchoServer"

  @Option(help: "Rounds; the median counts.")
  var rounds = 5

  @Option(help: "Seconds of load in each.")
  var seconds = 5

  @Option(help: "Keep-alive connections.")
  var connections = 64

  @Option(help: "Requests in flight on each connection.")
  var pipelined = 1

  mutating func run() throws {
    let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let servers = [
      Server(name: "HTTPApp", path: ours, arguments: { ["--port", $0, "--loops", "1"] }),
      Server(name: "SwiftNIO", path: here.appending(path: "NIOServer").path) { [$0] },
      Server(name: "Hummingbird", path: here.appending(path: "HummingbirdServer").path) { [$0] },
    ]
    for server in servers where !FileManager.default.isExecutableFile(atPath: server.path) {
      throw ValidationError("There is no program at \(server.path): build it first.")
    }
    let load = here.appending(path: "Load").path

    var rates: [String: [Double]] = [:]
    var costs: [String: [Double]] = [:]
    for round in 1...rounds {
      for (index, server) in servers.enumerated() {
        let port = 20_000 + Int.random(in: 0..<1_000) * 10 + index
        let sample = try measure(server, load: load, port: String(port))
        rates[server.name, default: []].append(sample.rate)
        costs[server.name, default: []].append(sample.microseconds)
        print(
          "round \(round)  \(server.name.padded(to: 12))"
            + "\(sample.rate.formatted(0)) requests/s, \(sample.microseconds.formatted(2)) µs of CPU each"
        )
      }
    }

    let own = rates["HTTPApp", default: []]
    print("\n| server | requests/s, median (min–max) | CPU µs each | HTTPApp is faster by |")
    print("|---|---|---|---|")
    for server in servers {
      let all = rates[server.name, default: []]
      // Round by round, since what disturbs a machine disturbs neighbours in time alike.
      let ratio = zip(own, all).map { $0 / $1 }.median
      print(
        "| \(server.name) | \(all.median.formatted(0)) (\((all.min() ?? 0).formatted(0))–\((all.max() ?? 0).formatted(0)))"
          + " | \(costs[server.name, default: []].median.formatted(2)) | \(ratio.formatted(2)) |"
      )
    }
  }

  private func measure(
    _ server: Server, load: String, port: String
  ) throws -> (rate: Double, microseconds: Double) {
    let process = try start(server.path, server.arguments(port), on: 0)
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    try waitForPort(port, of: server.name)
    let output = Pipe()
    let before = processorTime(of: process.processIdentifier)
    let client = try start(
      load, [port, String(connections), String(pipelined), String(seconds)], on: 1, output: output)
    client.waitUntilExit()
    let spent = processorTime(of: process.processIdentifier) - before
    let numbers = readNumbers(from: output)
    guard client.terminationStatus == 0, numbers.count == 2 else {
      throw ValidationError("The load on \(server.name) failed.")
    }
    let rate = numbers[0] / numbers[1]
    // The warm-up second's time counts too, and so do its requests.
    return (rate, spent * 1e6 / (rate * (numbers[1] + 1)))
  }
}

/// A server to start with a port.
struct Server {
  var name: String
  var path: String
  var arguments: (String) -> [String]
}
