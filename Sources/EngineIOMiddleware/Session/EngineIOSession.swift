// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import HTTPApp
import Synchronization

/// Why a message was not sent.
public typealias EngineIOSendError = SessionStateMachine.SendError

/// One client of an Engine.IO server, from its handshake to its end.
///
/// All methods may be called from any task. Sends keep their order whatever the transport does
/// meanwhile, and reach a client at most once.
public final class EngineIOSession: Sendable {
  /// The session's id: a bearer secret, so not for other clients and not for logs.
  public let id: SessionID
  let engine: EngineIOServer
  let handlers: EngineIOHandlers
  let format: PacketFormat
  let state: Mutex<State>
  /// Not under the lock of `state`, so that applications may send while they hold it.
  let values = Mutex(EngineIOSessionValues())

  init(
    id: SessionID, engine: EngineIOServer, handlers: EngineIOHandlers, transport: TransportKind,
    format: PacketFormat, executor: (any TaskExecutor)?
  ) {
    self.id = id
    self.engine = engine
    self.handlers = handlers
    self.format = format
    var configuration = engine.sessionConfiguration
    configuration.version = format.version
    // It is the client that keeps to the interval, the one that it was told.
    if format.version == .v3 {
      configuration.pingInterval += engine.configuration.pingIntervalGrace
    }
    state = Mutex(
      State(
        machine: SessionStateMachine(transport: transport, configuration: configuration),
        executor: executor, lastTransport: transport))
  }

  /// The version of the protocol that the client speaks.
  public var protocolVersion: ProtocolVersion { format.version }

  /// How packets travel now; after the end, how they did last.
  public var transport: TransportKind {
    state.withLock { $0.machine.transport ?? $0.lastTransport }
  }

  /// Whether messages can be sent.
  public var isOpen: Bool { state.withLock { $0.machine.isOpen } }

  /// Why the session ended; `nil` while it has not.
  public var disconnectReason: DisconnectReason? { state.withLock { $0.machine.endReason } }

  /// Bytes that were sent here and that no poll and no operating system has taken yet. Of a WebSocket,
  /// code that runs elsewhere than on its connection's event loop, where handlers do, sees only what
  /// has not reached that loop yet.
  public var bufferedBytes: Int {
    let (queued, socket) = state.withLock { ($0.machine.queuedBytes, $0.socket?.webSocket) }
    return queued + (socket?.bufferedBytes ?? 0)
  }

  /// Closes the session: what was sent before is still delivered, what comes from the client is
  /// not received any more. The second time, and after any other end, does nothing.
  public func disconnect() {
    end(.serverClose)
  }
}
