// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import UnixSignals

/// Serves an application over HTTP/1.1 (RFC 9112) and WebSocket (RFC 6455).
///
/// ```swift
/// try await HTTPServer(app, port: 8080).run()
/// ```
public struct HTTPServer: Service {
  private let application: any HTTPApplication
  private let configuration: HTTPServerConfiguration

  /// Creates a server; it listens once it runs.
  public init(_ application: some HTTPApplication, configuration: HTTPServerConfiguration) {
    self.application = application
    self.configuration = configuration
  }

  /// Creates a server with the default configuration.
  ///
  /// - Parameters:
  ///   - host: a numeric address; `0.0.0.0` or `::` to be reachable from other machines.
  ///   - port: 0 picks a free one.
  public init(_ application: some HTTPApplication, host: String = "127.0.0.1", port: Int) {
    self.init(application, configuration: .init(address: .ip(host, port: port)))
  }

  /// Runs within the application's lifespan until SIGINT, SIGTERM or a graceful shutdown of the
  /// surrounding `ServiceGroup`, then answers what is in flight and returns. Cancelling the task
  /// does not wait for what is in flight. Either way it returns after the last handler has: those
  /// left when ``HTTPServerConfiguration/shutdownTimeout`` is over are cancelled.
  ///
  /// - Throws: ``HTTPServerError`` when it cannot listen; what the application's lifespan throws.
  public func run() async throws {
    let stop = AsyncStream.makeStream(of: Never.self)
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        if configuration.handlesSignals {
          group.addTask {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
              configuration.logger.debug("shutting down", metadata: ["signal": "\(signal)"])
              stop.continuation.finish()
            }
          }
        }
        try await serve(until: stop.stream)
        group.cancelAll()
      }
    } onGracefulShutdown: {
      stop.continuation.finish()
    }
  }

  private func serve(until stop: AsyncStream<Never>) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(configuration.loopCount, 1))
    do {
      let server = RunningServer(
        application: application, configuration: configuration, group: group)
      try await application.withLifespan {
        try await server.listen()
        for await _ in stop {}
        await server.shutDown(isGraceful: !Task.isCancelled)
      }
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }
}

/// Why a server cannot listen.
public enum HTTPServerError: Error, Hashable, CustomStringConvertible {
  /// Another program listens there.
  case addressInUse(ConnectionInfo.Address)
  /// The address is not one of this machine, not numeric, or not permitted.
  case cannotListen(ConnectionInfo.Address, reason: String)

  public var description: String {
    switch self {
    case .addressInUse(let address): "\(address) is already in use by another program"
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    }
  }
}
