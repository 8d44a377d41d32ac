// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppServer
import Logging

/// Runs an application on a port of its own, as a backend.
@discardableResult
func withBackend<Result: Sendable>(
  _ application: some HTTPApplication, _ body: @Sendable (_ port: Int) async throws -> Result
) async throws -> Result {
  let listening = AsyncStream.makeStream(of: Int.self)
  let silent = Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() }
  var configuration = HTTPServerConfiguration(
    address: .ip("127.0.0.1", port: 0), loopCount: 1, logger: silent)
  configuration.handlesSignals = false
  configuration.onListening = { address in
    if case .ip(_, let port) = address { listening.continuation.yield(port) }
  }
  let server = HTTPServer(application, configuration: configuration)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try? await server.run() }
    var ports = listening.stream.makeAsyncIterator()
    let result = try await body(await ports.next()!)
    group.cancelAll()
    return result
  }
}
