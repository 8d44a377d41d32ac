// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import Synchronization

extension EngineIOSession {
  /// Has the session's handlers run from now on.
  ///
  /// Their tasks are no children of any request's: the client's going away must not cancel a handler
  /// in flight. The server waits for them before its lifespan ends.
  func start() {
    withState { state, deferred in
      state.handling = .idle
      if takesMessagesInOneTask {
        wakeHandlers(.start, &state, &deferred)
      } else if let next = takeNext(&state, &deferred) {
        // It came in before, which is possible where ids can be guessed.
        wakeHandlers(next, &state, &deferred)
      }
    }
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
    forgetValues()
  }

  func cancelHandlers() {
    state.withLock { state in
      state.isCancelled = true
      return state.task
    }?.cancel()
  }

  /// Whether one task has the handlers run from the beginning of the session to its end; otherwise
  /// there is one only while there is something to do.
  private var takesMessagesInOneTask: Bool {
    if handlers.session != nil { return true }
    if case .concurrent = engine.configuration.handlerConcurrency { return handlers.message != nil }
    return false
  }

  /// Has the handlers do what there is to do.
  ///
  /// - Parameter run: the number of this time.
  func handle(_ next: Next, run: UInt32) {
    let executor = state.withLock(\.executor)
    let task: Task<Void, Never>
    switch next {
    case .start:
      task = Task.immediate(executorPreference: executor) { await self.handleAll() }
    case .message(let message):
      // Immediate, because this is where the message came in.
      task = Task.immediate(executorPreference: executor) {
        await self.handleMessages(beginningWith: message)
      }
    case .finished where handlers.disconnect == nil:
      return noteFinished()
    case .finished:
      // A session may be ended anywhere, by others' handlers, too.
      task = Task(executorPreference: executor) { await self.finish() }
    }
    state.withLock { state in
      guard case .running(run) = state.handling else { return }
      state.task = task
      if state.isCancelled { task.cancel() }
    }
  }

  /// Handles a message and those that came meanwhile.
  private func handleMessages(beginningWith message: EngineIOMessage) async {
    var next: Next? = .message(message)
    while case .message(let message) = next {
      if let handler = handlers.message { await handle(message, by: handler) }
      next = withState { state, deferred in
        let next = takeNext(&state, &deferred)
        if next == nil {
          state.handling = .idle
          state.task = nil
        }
        return next
      }
    }
    if case .finished = next { await finish() }
  }

  /// Has the handlers run that take messages as they come.
  private func handleAll() async {
    if let handler = handlers.session {
      do { try await handler(self) } catch { fail(error) }
      end(.serverClose)
      // What is left is nobody's, but the end has to be waited for.
      while case .message = await next() {}
    } else if case .concurrent(let limit) = engine.configuration.handlerConcurrency,
      let handler = handlers.message
    {
      await handleMessages(atOnce: limit, by: handler)
    }
    await finish()
  }

  private nonisolated(nonsending) func finish() async {
    await disconnected()
    noteFinished()
  }

  private func noteFinished() {
    forgetValues()
    withState { state, deferred in
      state.handling = .finished
      state.task = nil
      state.mailbox.removeAll()
      deferred.isForgotten = state.isReleased
    }
  }

  private nonisolated(nonsending) func disconnected() async {
    guard let disconnect = handlers.disconnect, let reason = disconnectReason else { return }
    do { try await disconnect(self, reason) } catch { tell(error) }
  }

  nonisolated(nonsending) func handle(
    _ message: EngineIOMessage, by handler: EngineIOHandlers.Message
  ) async {
    do { try await handler(self, message) } catch { fail(error) }
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
