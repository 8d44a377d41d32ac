// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import HTTPTypes
import NIOCore
import Synchronization

/// A client of Engine.IO, protocol version 4: one connection, by long polling or WebSocket.
///
/// ```swift
/// let client = try await EngineIOClient.connect("http://localhost:5000")
/// try await client.send("hello")
/// for try await message in client.messages { … }
/// await client.disconnect()
/// ```
///
/// ## Who owns what
/// A client has tasks of its own: one for each request under way, for its WebSocket, for its timer and
/// for the handlers. They live until the connection ends, whether or not anybody holds the client, and
/// `disconnect()`, `abort()` and `wait()` return when all of them and all sockets are gone.
/// `withConnection(_:headers:transports:configuration:handlers:_:)` does that at the end of its body,
/// and is to be preferred where the connection belongs to one piece of code.
///
/// ## Taking messages
/// Somebody has to take the messages, by `messages` or the `onMessage` handler. While more than
/// `Configuration.receiveBufferMessages` wait, nothing is read from the server, not even its pings; so
/// a connection whose messages nobody takes for longer than ping interval and timeout is lost.
public final class EngineIOClient: Sendable {
  /// The client's settings.
  public let configuration: Configuration
  let handlers: Handlers
  let network: any Network
  let clock: ClientClock
  let state: Mutex<State>

  /// The client whose handlers the task runs, which cannot wait for itself.
  @TaskLocal static var handling: ObjectIdentifier?

  init(
    _ endpoint: Endpoint, headerFields: HTTPFields, transports: [TransportKind],
    configuration: Configuration, handlers: Handlers, network: any Network, clock: ClientClock
  ) {
    self.configuration = configuration
    self.handlers = handlers
    self.network = network
    self.clock = clock
    state = Mutex(
      State(
        machine: ClientStateMachine(configuration: configuration.machine(transports: transports)),
        endpoint: endpoint, headerFields: headerFields))
  }
}

// MARK: - What the connection is like

extension EngineIOClient {
  /// The id of the session: a bearer secret, not to be logged.
  public var sid: String { state.withLock { $0.machine.handshake?.sid ?? "" } }

  /// What the server said when it opened the session.
  public var handshake: Handshake? { state.withLock(\.machine.handshake) }

  /// How packets travel now, or did last.
  public var transport: TransportKind { state.withLock(\.transport) }

  /// Whether messages can be sent.
  public var isConnected: Bool { state.withLock(\.machine.isOpen) }

  /// How the connection ended; `nil` while it lasts.
  public var disconnection: Disconnection? { state.withLock(\.disconnection) }

  /// The size of what waits for a post, in bytes.
  public var bufferedBytes: Int { state.withLock(\.machine.queuedBytes) }
}
