// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  /// What became of a packet.
  enum Received: Sendable {
    case message
    /// A message; wait for room before reading on.
    case messageWithoutRoom
    case other
  }

  func take(
    _ outcome: SessionStateMachine.ReceiveOutcome, _ state: inout State,
    _ deferred: inout Deferred
  ) -> Received {
    switch outcome {
    case .message(let message):
      guard handlers.message != nil || handlers.session != nil else { return .message }
      if wakeHandlers(.message(message), &state, &deferred) { return .message }
      state.mailbox.append(message)
      return hasRoom(state) ? .message : .messageWithoutRoom
    case .actions(let actions):
      perform(actions, &state, &deferred)
      return .other
    }
  }

  private func hasRoom(_ state: State) -> Bool {
    state.mailbox.count < engine.configuration.receiveBufferMessages
      && state.mailbox.bytes < engine.configuration.maxPayload
  }

  /// Suspends until the handlers have made room in the mailbox.
  nonisolated(nonsending) func waitForRoom() async {
    state.withLock { $0.machine.readerBlocked() }
    await wait(in: \.readers) { !hasRoom($0) && !$0.mailbox.isFinished }
    let now = engine.time.now()
    withState { state, _ in
      state.machine.readerUnblocked(now: now)
      watchDeadline(&state)
    }
  }

  /// The next thing for the session's task to do, if there is one.
  func takeNext(_ state: inout State, _ deferred: inout Deferred) -> Next? {
    if let message = state.mailbox.popFirst() {
      if !state.readers.isEmpty && hasRoom(state) { deferred.waiters = state.readers.takeAll() }
      return .message(message)
    }
    return state.mailbox.isFinished ? .finished : nil
  }

  /// The next thing for the session's task to do; suspends while there is nothing.
  ///
  /// - Parameter endsWithTask: whether a cancelled task does not wait.
  nonisolated(nonsending) func next(endsWithTask: Bool = false) async -> Next {
    await withUnsafeContinuation { continuation in
      let next = withState { state, deferred -> Next? in
        if let next = takeNext(&state, &deferred) { return next }
        if endsWithTask && Task.isCancelled { return .finished }
        precondition(state.consumer == nil, "one task at a time may take a session's messages")
        state.consumer = continuation
        return nil
      }
      if let next { continuation.resume(returning: next) }
    }
  }

  /// As `next()`, but does not wait in a cancelled task.
  nonisolated(nonsending) func nextUnlessCancelled() async -> Next {
    await withTaskCancellationHandler {
      await next(endsWithTask: true)
    } onCancel: {
      state.withLock { $0.consumer.take() }?.resume(returning: .finished)
    }
  }
}
