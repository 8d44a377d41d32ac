// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppServer
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves an application with `HTTPServer` on a free port, and reaches it over sockets.
struct LiveHost {
  let application: any HTTPApplication

  private static let silent = Logger(label: "HTTPAppTesting") { _ in SwiftLogNoOpLogHandler() }

  func run<Result: Sendable>(
    _ body: @Sendable (TestClient) async throws -> Result
  ) async throws -> Result {
    let listening = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
    var configuration = HTTPServerConfiguration(
      address: .ip("127.0.0.1", port: 0), loopCount: 2, logger: Self.silent)
    configuration.handlesSignals = false
    configuration.onListening = {
      listening.continuation.yield($0)
      listening.continuation.finish()
    }
    let server = HTTPServer(AnyHTTPApplication(application), configuration: configuration)
    let services = ServiceGroup(
      services: [server],
      logger: Self.silent)

    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { listening.continuation.finish() }
        try await services.run()
      }
      var addresses = listening.stream.makeAsyncIterator()
      guard case .ip(let host, let port) = await addresses.next() else {
        try await group.waitForAll()
        throw LifespanError.didNotServe
      }
      do {
        let client = TestClient(
          host: LiveClient(host: host, port: port), origin: "http://\(host):\(port)")
        let result = try await body(client)
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return result
      } catch {
        await services.triggerGracefulShutdown()
        throw error
      }
    }
  }
}
