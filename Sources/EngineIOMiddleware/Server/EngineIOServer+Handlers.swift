// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import Synchronization

/// What an application does about its sessions.
struct EngineIOHandlers: Sendable {
  typealias HandshakeRequest = @Sendable (Request) async throws -> Void
  typealias Connect = @Sendable (EngineIOSession, Request) async throws -> Void
  typealias Message = @Sendable (EngineIOSession, EngineIOMessage) async throws -> Void
  typealias Disconnect = @Sendable (EngineIOSession, DisconnectReason) async throws -> Void
  typealias Session = @Sendable (EngineIOSession) async throws -> Void
  typealias ConnectionError = @Sendable (EngineIOConnectionError) -> Void
  typealias Failure = @Sendable (EngineIOSession, any Error) -> Void

  var handshakeRequest: HandshakeRequest?
  var connect: Connect?
  var message: Message?
  var disconnect: Disconnect?
  var session: Session?
  var connectionError: ConnectionError?
  var failure: Failure?
  var backgroundFailure: (@Sendable (any Error) -> Void)?
}

extension EngineIOServer {
  /// Registers what to ask before a session is made for a request, and on WebSocket before the
  /// upgrade is accepted: whether the request may open one at all.
  ///
  /// Throwing refuses it: `HandshakeRefused` answers 403, `ConnectionRejected` 401, an
  /// `EngineIOErrorCode` what it says, an error that carries a response that; any other is the
  /// host's to log and answer. Runs in the request's task: the client's going away cancels it.
  ///
  /// - Precondition: no host runs the server yet, as for every registration.
  public func onHandshakeRequest(_ handler: @escaping @Sendable (Request) async throws -> Void) {
    register { $0.handshakeRequest = handler }
  }

  /// Registers what to do when a client connects, before the handshake is answered.
  ///
  /// Throwing refuses the client: `ConnectionRejected` answers 401, `HandshakeRefused` 403, an
  /// `EngineIOErrorCode` what it says, an error that carries a response that; any other is the
  /// host's to log and answer. What is sent here travels in the answer to the handshake. Runs in
  /// the request's task: the client's going away cancels it.
  ///
  /// - Precondition: no host runs the server yet, as for every registration.
  public func onConnect(
    _ handler: @escaping @Sendable (EngineIOSession, Request) async throws -> Void
  ) {
    register { $0.connect = handler }
  }

  /// Registers what to do with a message. The next message waits for it, unless the server's
  /// `Configuration.handlerConcurrency` says otherwise.
  ///
  /// Throwing ends the session with the reason `handlerError`.
  public func onMessage(
    _ handler: @escaping @Sendable (EngineIOSession, EngineIOMessage) async throws -> Void
  ) {
    register {
      precondition($0.session == nil, "onMessage and onSession both take the messages: choose one")
      $0.message = handler
    }
  }

  /// Registers what to do when a session has ended, whoever ended it: called exactly once for
  /// every session whose connect handler returned, after the last message.
  public func onDisconnect(
    _ handler: @escaping @Sendable (EngineIOSession, DisconnectReason) async throws -> Void
  ) {
    register { $0.disconnect = handler }
  }

  /// Registers what to do with a session as a whole, in place of a message handler: iterate
  /// `session.messages`. Returning closes the session; throwing ends it with `handlerError`.
  public func onSession(_ handler: @escaping @Sendable (EngineIOSession) async throws -> Void) {
    register {
      precondition($0.message == nil, "onMessage and onSession both take the messages: choose one")
      $0.session = handler
    }
  }

  /// Registers where errors go that message, session and disconnect handlers throw.
  public func onError(_ handler: @escaping @Sendable (EngineIOSession, any Error) -> Void) {
    register { $0.failure = handler }
  }

  /// Registers what hears of requests that are refused, whichever check they did not pass, before
  /// they are answered. Errors that are the host's to answer are not among them.
  ///
  /// - Parameter handler: called in the request's task; it must not block.
  public func onConnectionError(_ handler: @escaping @Sendable (EngineIOConnectionError) -> Void) {
    register { $0.connectionError = handler }
  }

  func register(_ change: (inout EngineIOHandlers) -> Void) {
    state.withLock {
      precondition($0.phase == .idle, "register Engine.IO handlers before the server starts")
      change(&$0.handlers)
    }
  }
}
