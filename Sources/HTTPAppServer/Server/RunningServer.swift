// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Logging
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The listening sockets and the loops of a server, from the first bind to the last connection.
final class RunningServer: Sendable {
  private let application: any HTTPApplication
  private let configuration: HTTPServerConfiguration
  private let group: MultiThreadedEventLoopGroup
  let loops: [ObjectIdentifier: ServerLoop]
  private let listeners = Mutex<[any Channel]>([])

  init(
    application: any HTTPApplication, configuration: HTTPServerConfiguration,
    group: MultiThreadedEventLoopGroup
  ) {
    self.application = application
    self.configuration = configuration
    self.group = group
    let quota = ConnectionQuota(configuration.limits)
    loops = Dictionary(
      uniqueKeysWithValues: group.makeIterator().map { loop in
        (ObjectIdentifier(loop), ServerLoop(loop: loop, quota: quota))
      })
  }

  // MARK: Listening

  /// Begins to accept connections.
  ///
  /// - Throws: ``HTTPServerError``.
  func listen() async throws {
    let address = configuration.address
    do {
      let bound =
        switch address {
        case .ip(let host, let port): try await listen(host: host, port: port)
        case .unix(let path): try await listen(path: path)
        }
      configuration.logger.debug("listening", metadata: ["address": "\(bound)"])
      configuration.onListening(bound)
    } catch let error as HTTPServerError {
      throw error
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw HTTPServerError.addressInUse(address)
    } catch {
      throw HTTPServerError.cannotListen(address, reason: "\(error)")
    }
  }

  /// One socket a loop, so that a connection is accepted on the thread that serves it.
  private func listen(host: String, port: Int) async throws -> ConnectionInfo.Address {
    guard UInt16(exactly: port) != nil else {
      throw HTTPServerError.cannotListen(
        .ip(host, port: port), reason: "ports are 0 to \(UInt16.max)")
    }
    let sharesPort = loops.count > 1
    if sharesPort, port != 0 {
      // Sockets that share a port would also share it with another program's.
      let probe = try await bootstrap(on: group.next()).bind(host: host, port: port).get()
      try await probe.close()
    }
    var port = port
    for loop in group.makeIterator() {
      let channel = try await bootstrap(on: loop, sharesPort: sharesPort)
        .bind(host: host, port: port).get()
      listeners.withLock { $0.append(channel) }
      port = channel.localAddress?.port ?? port
    }
    return .ip(host, port: port)
  }

  /// One socket for all loops: a path cannot be shared as a port can.
  private func listen(path: String) async throws -> ConnectionInfo.Address {
    // The file of a server that is gone may be replaced, but not that of one that still answers.
    if let other = try? await ClientBootstrap(group: group)
      .connect(unixDomainSocketPath: path).get()
    {
      try? await other.close()
      throw HTTPServerError.addressInUse(.unix(path: path))
    }
    let channel = try await bootstrap(on: group)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    listeners.withLock { $0.append(channel) }
    return .unix(path: path)
  }

  /// Small to begin with, since every connection keeps one; they grow with what is read.
  private static let receiveBuffers = AdaptiveRecvByteBufferAllocator(
    minimum: 1 << 10, initial: 1 << 10, maximum: 256 << 10)

  private func bootstrap(
    on group: any EventLoopGroup, sharesPort: Bool = false
  ) -> ServerBootstrap {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: CInt(configuration.backlog))
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.recvAllocator, value: Self.receiveBuffers)
      .serverChannelInitializer { [configuration] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: configuration.logger))
        }
      }
      .childChannelInitializer { [loops, application, configuration] channel in
        channel.eventLoop.makeCompletedFuture {
          guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
            throw ChannelError.inappropriateOperationForState
          }
          try channel.pipeline.syncOperations.addHandler(
            HTTPConnection(
              application: application, configuration: configuration, loop: loop))
        }
      }
    guard sharesPort else { return bootstrap }
    return bootstrap.serverChannelOption(
      .socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
  }

  // MARK: Shutting down

  /// Stops accepting, ends every connection and waits for their tasks.
  ///
  /// - Parameter isGraceful: whether what is in flight may finish, within the configured time.
  func shutDown(isGraceful: Bool) async {
    for listener in listeners.withLock({ $0 }) {
      try? await listener.close()
    }
    // First, so that what the application answers now tells the client that it is the last.
    for loop in loops.values {
      try? await loop.executor.loop.submit { loop.announceShutdown() }.get()
    }
    application.beginGracefulShutdown()
    let ended = loops.values.map { loop in
      loop.executor.loop.flatSubmit { loop.beginShutdown() }
    }
    let timeout = group.next().scheduleTask(
      in: isGraceful ? TimeAmount(configuration.shutdownTimeout) : .zero
    ) {
      self.closeAll()
    }
    await withTaskCancellationHandler {
      for end in ended {
        try? await end.get()
      }
    } onCancel: {
      closeAll()
    }
    timeout.cancel()
  }

  private func closeAll() {
    for loop in loops.values {
      loop.executor.loop.execute {
        loop.closeAll()
        loop.executor.loop.scheduleTask(in: Self.cancellationPatience) { self.warn(of: loop) }
      }
    }
  }

  /// How long cancelled handlers may go on before that is worth a warning.
  private static let cancellationPatience = TimeAmount.seconds(1)

  /// Says what the shutdown still waits for.
  private func warn(of loop: ServerLoop) {
    guard loop.connectionCount > 0 else { return }
    configuration.logger.warning(
      "the shutdown waits for handlers that ignore their cancellation",
      metadata: ["handlers": "\(loop.connectionCount)"])
  }
}
