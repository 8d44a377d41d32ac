// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppServer
import Logging
import NIOCore
import ServiceLifecycle

/// A server that runs while a test does.
struct TestServer: Sendable {
  let address: ConnectionInfo.Address
  fileprivate let services: ServiceGroup

  /// Connects to the server.
  ///
  /// - Parameter isReading: false for a peer that takes nothing from its socket.
  func connect(isReading: Bool = true) async throws -> RawClient {
    try await RawClient(to: address, isReading: isReading)
  }

  /// Begins a graceful shutdown and returns.
  func beginShutdown() async {
    await services.triggerGracefulShutdown()
  }

  static let silent = Logger(label: "HTTPAppServerTests") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs `body` beside a server for `application` on a free port, then shuts it down; returns when
/// the server's `run()` has.
func withServer(
  _ application: some HTTPApplication,
  configure: (inout HTTPServerConfiguration) -> Void = { _ in },
  _ body: (TestServer) async throws -> Void
) async throws {
  let listening = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
  var configuration = HTTPServerConfiguration(
    address: .ip("127.0.0.1", port: 0), loopCount: 1, logger: TestServer.silent)
  configuration.handlesSignals = false
  configure(&configuration)
  configuration.onListening = {
    listening.continuation.yield($0)
    listening.continuation.finish()
  }
  let services = ServiceGroup(
    services: [HTTPServer(application, configuration: configuration)], logger: TestServer.silent)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { listening.continuation.finish() }
      try await services.run()
    }
    var addresses = listening.stream.makeAsyncIterator()
    guard let address = await addresses.next() else { return try await group.waitForAll() }
    do {
      try await body(TestServer(address: address, services: services))
    } catch {
      group.cancelAll()
      throw error
    }
    await services.triggerGracefulShutdown()
    try await group.waitForAll()
  }
}

/// Runs `body` with a connection to a server for `application`.
func withConnection(
  to application: some HTTPApplication,
  configure: (inout HTTPServerConfiguration) -> Void = { _ in }, isReading: Bool = true,
  _ body: (RawClient) async throws -> Void
) async throws {
  try await withServer(application, configure: configure) { server in
    let client = try await server.connect(isReading: isReading)
    try await body(client)
    client.close()
  }
}
