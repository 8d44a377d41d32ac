// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import NIOPosix

@testable import HTTPAppServer

/// A server of one loop that tells how many connections it keeps.
struct CountedServer: Sendable {
  let address: ConnectionInfo.Address
  fileprivate let loop: ServerLoop

  func connect(isReading: Bool = true) async throws -> RawClient {
    try await RawClient(to: address, isReading: isReading)
  }

  /// Connections that are open, or whose handler still runs.
  var connectionCount: Int {
    get async throws { try await loop.executor.loop.submit { loop.connectionCount }.get() }
  }

  /// Waits until the server keeps `count` connections, while it serves `witness`.
  func settle(at count: Int, witness: RawClient) async throws {
    while try await connectionCount != count {
      _ = try await witness.get("/")
    }
  }
}

/// Runs `body` beside a server for `application`, then shuts it down.
func withCountedServer(
  _ application: some HTTPApplication,
  configure: (inout HTTPServerConfiguration) -> Void = { _ in },
  _ body: (CountedServer) async throws -> Void
) async throws {
  let listening = AsyncStream.makeStream(of: ConnectionInfo.Address.self)
  var configuration = HTTPServerConfiguration(
    address: .ip("127.0.0.1", port: 0), loopCount: 1, logger: TestServer.silent)
  configure(&configuration)
  configuration.onListening = { listening.continuation.yield($0) }
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let server = RunningServer(
    application: application, configuration: configuration, group: group)
  do {
    try await server.listen()
    var addresses = listening.stream.makeAsyncIterator()
    if let address = await addresses.next(), let loop = server.loops.values.first {
      try await body(CountedServer(address: address, loop: loop))
    }
  } catch {
    await server.shutDown(isGraceful: false)
    try await group.shutdownGracefully()
    throw error
  }
  await server.shutDown(isGraceful: false)
  try await group.shutdownGracefully()
}
