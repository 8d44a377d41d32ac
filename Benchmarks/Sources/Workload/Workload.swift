// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Dispatch
import EngineIOMiddleware
import Glibc
import HTTPApp
import HTTPAppServer
import Synchronization

/// A server and its only client in one process, for instruction counts: the client sends one
/// message a time and waits for the whole answer, so that equal runs do equal work.
///
/// Usage: `Workload SCENARIO ROUNDS`.
@main
struct Workload {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let scenario = Scenario.all[arguments[1]],
      let rounds = Int(arguments[2])
    else {
      let names = Scenario.all.keys.sorted().joined(separator: " | ")
      print("usage: Workload \(names) ROUNDS")
      exit(2)
    }

    let exchange = scenario.begin(Client(port: serve()))
    for _ in 0..<rounds { exchange() }
  }

  /// Starts the server, which lasts as long as the process.
  ///
  /// - Returns: its port.
  private static func serve() -> UInt16 {
    let ports = Mutex<UInt16>(0)
    let listening = DispatchSemaphore(value: 0)
    var configuration = HTTPServerConfiguration(address: .ip("127.0.0.1", port: 0), loopCount: 1)
    configuration.handlesSignals = false
    configuration.onListening = { address in
      if case .ip(_, let port) = address { ports.withLock { $0 = UInt16(port) } }
      listening.signal()
    }
    let engine = EngineIOServer(.init(allowedOrigins: .any))
    engine.onMessage { session, message in try await session.send(message) }
    let app = EngineIOApp(engine, otherApp: EchoApp())
    let server = HTTPServer(app, configuration: configuration)
    Task.detached { try await server.run() }
    listening.wait()
    return ports.withLock { $0 }
  }
}
