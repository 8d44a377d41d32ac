// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import HTTPCodec
public import Logging
import NIOCore

/// How an ``HTTPServer`` listens, what it allows and what it logs.
public struct HTTPServerConfiguration: Sendable {
  /// Where to listen.
  public var address: ConnectionInfo.Address
  /// Event loops, each with a thread, a listening socket and the connections accepted there.
  public var loopCount: Int
  /// Connections that the kernel completes before they are accepted.
  public var backlog = 4096
  /// What clients may send, and how long they may take.
  public var limits = HTTPServerLimits()
  /// What responses without a Server field say there (RFC 9110 section 10.2.4); nil: they have none.
  public var serverName: String?
  /// How long a graceful shutdown waits before it closes what is left and cancels its tasks. Nothing
  /// can end a handler that ignores its cancellation: the shutdown waits for it, and says so in the
  /// log.
  public var shutdownTimeout: Duration = .seconds(10)
  /// Whether SIGINT and SIGTERM begin a graceful shutdown. Turn off where something else handles
  /// signals, such as a `ServiceGroup`.
  public var handlesSignals = true
  /// Where errors of applications and of connections are logged.
  public var logger: Logger
  /// Called once, when the server accepts connections, with the address it listens on; that is
  /// how the port becomes known when 0 was asked for.
  public var onListening: @Sendable (ConnectionInfo.Address) -> Void = { _ in }

  /// Creates a configuration with the defaults.
  ///
  /// - Parameter loopCount: nil: one a processor.
  public init(
    address: ConnectionInfo.Address = .ip("127.0.0.1", port: 8080), loopCount: Int? = nil,
    logger: Logger = Logger(label: "HTTPServer")
  ) {
    self.address = address
    self.loopCount = loopCount ?? System.coreCount
    self.logger = logger
  }
}

/// What clients may send, and how long they may take.
public struct HTTPServerLimits: Sendable, Hashable {
  /// Bytes of request line and header fields together; more is answered 431.
  public var headBytes = 32 << 10
  /// Bytes of the request target; more is answered 414.
  public var targetBytes = 16 << 10
  /// Header fields; more are answered 431.
  public var headerCount = 100
  /// Bytes of a request's body; more is answered 413. nil: only the application decides.
  public var bodyBytes: Int? = 64 << 20
  /// Requests taken from a connection before the first of them is answered; the rest waits.
  public var pipelinedRequests = 16
  /// How long a request's head may take, from its first byte; then 408.
  public var headTimeout: Duration = .seconds(15)
  /// How long a request's body may take for every part of ``minimumBodyRate`` times this, while the
  /// server takes it; then 408.
  public var bodyTimeout: Duration = .seconds(30)
  /// Bytes a second of a request's body that are fast enough, measured over ``bodyTimeout``; 0: any
  /// byte is.
  public var minimumBodyRate = 240
  /// How long a peer may take nothing of what waits for it before the connection is dropped.
  public var writeTimeout: Duration = .seconds(60)
  /// How long a connection may be idle between requests before it is closed.
  public var idleTimeout: Duration = .seconds(60)
  /// Requests after which a connection is closed; nil: as many as the client likes.
  public var requestsPerConnection: Int?
  /// Connections at one time, to all loops together; more are answered 503. nil: as many as the
  /// operating system has descriptors for.
  public var connections: Int?
  /// Connections at one time from one address; more are answered 429. nil: any number, which is
  /// right behind a proxy.
  public var connectionsPerPeer: Int?

  /// Creates limits with the defaults.
  public init() {}

  var parserLimits: RequestParser.Limits {
    var limits = RequestParser.Limits()
    limits.headBytes = headBytes
    limits.targetBytes = targetBytes
    limits.headerCount = headerCount
    limits.bodyBytes = bodyBytes
    return limits
  }
}
