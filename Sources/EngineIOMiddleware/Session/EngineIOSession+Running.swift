// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import Synchronization

extension EngineIOSession {
  /// Starts the session's task, which runs its handlers one after the other.
  ///
  /// It is no child of the handshake's task: the client's going away must not cancel a handler
  /// in flight. The server waits for it before its lifespan ends.
  func start() {
    let executor = state.withLock {
      $0.hasTask = true
      return $0.executor
    }
    let task = Task.immediate(executorPreference: executor) { await self.run() }
    state.withLock { if $0.hasTask { $0.task = task } }
  }

  /// Accepts the session.
  ///
  /// - Returns: the packets that answer a handshake by polling.
  func open(_ handshake: String) -> [Packet] {
    let now = engine.time.now()
    return withState { state, deferred in
      let (packets, actions) = state.machine.open(handshake: handshake, now: now)
      if !packets.isEmpty {
        state.takings &+= 1
        state.traffic.sent.count(packets)
      }
      perform(actions, &state, &deferred)
      return packets
    }
  }

  /// The application refused the session.
  func reject() {
    state.withLock { $0.machine.reject() }
    forgetValues()
  }

  /// The application accepted the session, and so hears of its end, but the server stops and does
  /// not take it any more.
  nonisolated(nonsending) func endUnopened() async {
    let now = engine.time.now()
    withState { state, deferred in
      // Ended from within, it ends when it opens; at once, whatever is left for the client.
      var actions = state.machine.end(.serverShutdown, now: now)
      actions += state.machine.open(handshake: "", now: now).actions
      actions += state.machine.end(.serverShutdown, now: now)
      perform(actions, &state, &deferred)
      // The server never knew it.
      deferred.ended = nil
      deferred.isForgotten = false
    }
    await disconnected()
  }

  func cancelHandlers() {
    state.withLock { $0.task }?.cancel()
  }

  private func run() async {
    if let handler = handlers.session {
      await report { try await handler(self) }
      end(.serverClose)
      await discardMessages()
    } else if case .concurrent(let limit) = engine.configuration.handlerConcurrency,
      let handler = handlers.message
    {
      await handleMessages(atOnce: limit, by: handler)
    } else {
      await handleMessages()
    }
    if let log = engine.log, let reason = disconnectReason { log.ended(self, reason) }
    await disconnected()
    withState { state, deferred in
      state.hasTask = false
      state.task = nil
      state.mailbox.removeAll()
      deferred.isForgotten = state.isReleased
    }
  }

  /// Runs the disconnect handler; after it the session has no values.
  private nonisolated(nonsending) func disconnected() async {
    if let disconnect = handlers.disconnect, let reason = disconnectReason {
      do { try await disconnect(self, reason) } catch { tell(error) }
    }
    forgetValues()
  }

  /// Handles messages until the session has ended, on the executor of its connection: after an
  /// upgrade that of the WebSocket.
  private nonisolated(nonsending) func handleMessages() async {
    guard await handleMessagesHere() == .move else { return }
    while true {
      let executor = state.withLock {
        $0.executor = $0.movesTo.take() ?? $0.executor
        return $0.executor
      }
      let exit = await withTaskExecutorPreference(executor) { await self.handleMessagesHere() }
      guard exit == .move else { return }
    }
  }

  /// What a session handler left is nobody's, but the end has to be waited for.
  private nonisolated(nonsending) func discardMessages() async {
    while true {
      switch await next() {
      case .message: continue
      case .move: state.withLock { $0.movesTo = nil }
      case .finished: return
      }
    }
  }

  private enum Exit {
    case finished, move
  }

  private nonisolated(nonsending) func handleMessagesHere() async -> Exit {
    while true {
      switch await next() {
      case .message(let message):
        guard let handler = handlers.message else { continue }
        await handle(message, by: handler)
      case .move: return .move
      case .finished: return .finished
      }
    }
  }

  nonisolated(nonsending) func handle(
    _ message: EngineIOMessage, by handler: EngineIOHandlers.Message
  ) async {
    do { try await handler(self, message) } catch { fail(error) }
  }

  private nonisolated(nonsending) func report(
    _ body: nonisolated(nonsending) () async throws -> Void
  ) async {
    do { try await body() } catch { fail(error) }
  }

  /// A handler threw. Errors that follow from the end of the session are no news.
  private func fail(_ error: any Error) {
    if !isOpen && (error is EngineIOSendError || error is EngineIODisconnected) { return }
    tell(error)
    end(.handlerError)
  }

  private func tell(_ error: any Error) {
    engine.log?.failed(self, error)
    handlers.failure?(self, error)
  }
}
