// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
public import HTTPTypes
import Logging
import Synchronization

extension EngineIOClient {
  /// Connects to a server.
  ///
  /// Cancelling the task gives up and leaves nothing behind.
  ///
  /// - Parameters:
  ///   - url: the server, such as `http://localhost:5000`, with scheme `http`, `https`, `ws` or `wss`.
  ///     Its query is sent with every request, and its user and password, if it has any, as basic
  ///     authentication. The server's path is set in the configuration.
  ///   - headers: fields for every request, the WebSocket's included.
  ///   - transports: the transports to use, in this order. A session that begins with polling goes
  ///     over to a WebSocket if that is among them.
  ///   - configuration: everything else.
  ///   - handlers: what to do when something happens.
  /// - Returns: a client whose session is open.
  /// - Throws: what went wrong, with what the server said.
  public static func connect(
    _ url: String, headers: HTTPFields = [:],
    transports: [TransportKind] = [.polling, .websocket],
    configuration: Configuration = Configuration(), handlers: Handlers = Handlers()
  ) async throws(EngineIOClientError) -> EngineIOClient {
    try await connect(
      url, headers: headers, transports: transports, configuration: configuration,
      handlers: handlers, network: LiveNetwork(configuration),
      clock: ClientClock(ContinuousClock()))
  }

  /// Connects to a server, and disconnects when `body` returns; when it throws or the task is
  /// cancelled, without waiting for what was sent.
  ///
  /// Nothing of the connection is left when this returns; see `connect` for the parameters.
  ///
  /// - Throws: what `connect` throws as an `EngineIOClientError`, and what `body` throws.
  public static func withConnection<Result>(
    _ url: String, headers: HTTPFields = [:],
    transports: [TransportKind] = [.polling, .websocket],
    configuration: Configuration = Configuration(), handlers: Handlers = Handlers(),
    _ body: (EngineIOClient) async throws -> Result
  ) async throws -> Result {
    let client = try await connect(
      url, headers: headers, transports: transports, configuration: configuration,
      handlers: handlers)
    do {
      let result = try await body(client)
      await client.disconnect()
      return result
    } catch {
      await client.abort()
      throw error
    }
  }

  static func connect(
    _ url: String, headers: HTTPFields = [:],
    transports: [TransportKind] = [.polling, .websocket],
    configuration: Configuration = Configuration(), handlers: Handlers = Handlers(),
    network: any Network, clock: ClientClock
  ) async throws(EngineIOClientError) -> EngineIOClient {
    guard !transports.isEmpty else {
      throw EngineIOClientError(.configuration, .invalid("no transports"))
    }
    let endpoint = try Endpoint(url: url, path: configuration.path)
    var fields = headers
    if let authorization = endpoint.basicAuthorization, fields[.authorization] == nil {
      fields[.authorization] = authorization
    }
    var transports = transports
    if configuration.rememberUpgrade, transports.contains(.websocket),
      UpgradeMemory.shared.contains(endpoint)
    {
      transports = [.websocket] + transports.filter { $0 != .websocket }
    }
    let client = EngineIOClient(
      endpoint, headerFields: fields, transports: transports, configuration: configuration,
      handlers: handlers, network: network, clock: clock)
    try await client.start()
    return client
  }

  private func start() async throws(EngineIOClientError) {
    let opening = Waiter()
    await withTaskCancellationHandler {
      update { state, later in
        // The task may have been cancelled before it came here.
        guard state.failure == nil else { return later.waiters.append(opening) }
        state.opening = opening
        perform(state.machine.connect(now: clock.now()), &state, &later)
      }
      // Cancelling aborts, and that resumes it.
      await opening.waitForResume()
    } onCancel: {
      update { state, later in perform(state.machine.abort(), &state, &later) }
    }
    if let failure = state.withLock(\.failure) {
      configuration.logger?.debug("not connected: \(failure)")
      await finish()
      throw failure
    }
    if Task.isCancelled {
      await abort()
      throw EngineIOClientError(.handshake, .cancelled)
    }
  }
}

/// The servers that a WebSocket got through to, for `Configuration.rememberUpgrade`.
final class UpgradeMemory: Sendable {
  static let shared = UpgradeMemory()

  private let servers = Mutex<Set<String>>([])
  /// Whoever connects to more servers than that gains nothing by remembering.
  private static let maxCount = 1_000

  func contains(_ endpoint: Endpoint) -> Bool {
    servers.withLock { $0.contains(endpoint.identity) }
  }

  func insert(_ endpoint: Endpoint) {
    servers.withLock { if $0.count < Self.maxCount { $0.insert(endpoint.identity) } }
  }

  func remove(_ endpoint: Endpoint) {
    servers.withLock { _ = $0.remove(endpoint.identity) }
  }
}
