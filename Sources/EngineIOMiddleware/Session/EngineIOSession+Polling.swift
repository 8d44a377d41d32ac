// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  /// The packets that answer a poll.
  ///
  /// - Throws: an `EngineIOErrorCode` if it is refused, `CancellationError` if the client has gone.
  nonisolated(nonsending) func poll() async throws -> [Packet] {
    let now = engine.time.now()
    let outcome = withState { state, deferred in
      let (outcome, actions) = state.machine.poll(now: now)
      if case .answer(let packets) = outcome {
        state.takings &+= 1
        state.traffic.sent.count(packets)
      }
      // First, because the actions may answer the poll before this one.
      perform(actions, &state, &deferred)
      if case .parked(let poll) = outcome { state.poll = .reserved(poll) }
      return outcome
    }
    switch outcome {
    case .answer(let packets): return packets
    case .refused(let error): throw error
    case .parked(let poll): return try await waitForPackets(poll)
    }
  }

  private nonisolated(nonsending) func waitForPackets(_ poll: PollToken) async throws -> [Packet] {
    let packets = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let packets = withState { state, _ -> [Packet]?? in
          if case .reserved(poll) = state.poll {
            state.poll = .waiting(poll, continuation)
            return nil
          }
          guard let answer = state.earlyAnswers.firstIndex(where: { $0.poll == poll }) else {
            return .some(nil)
          }
          return .some(state.earlyAnswers.remove(at: answer).packets)
        }
        if let packets { continuation.resume(returning: packets) }
      }
    } onCancel: {
      abandon(poll)
    }
    guard let packets else { throw CancellationError() }
    if Task.isCancelled {
      // There is no telling whether the client got them, and no way to ask.
      let now = engine.time.now()
      withState { state, deferred in
        perform(state.machine.loseAnswer(now: now), &state, &deferred)
      }
      throw CancellationError()
    }
    return packets
  }

  private func abandon(_ poll: PollToken) {
    let now = engine.time.now()
    let keepsSession = !engine.configuration.endsSessionOnAbandonedPoll
    withState { state, deferred in
      switch state.poll {
      case .reserved(poll): state.poll = .none
      case .waiting(poll, let continuation):
        state.poll = .none
        deferred.poll = continuation
      default: return
      }
      perform(
        state.machine.abandonPoll(poll, keepsSession: keepsSession, now: now), &state, &deferred)
    }
  }

  func beginPost() throws -> PostToken {
    let now = engine.time.now()
    let outcome = withState { state, deferred in
      let (outcome, actions) = state.machine.beginPost(now: now)
      perform(actions, &state, &deferred)
      return outcome
    }
    switch outcome {
    case .accepted(let post): return post
    case .refused(let error): throw error
    }
  }

  /// - Returns: an error to answer with.
  func endPost(_ post: PostToken, failure: DisconnectReason?) -> EngineIOErrorCode? {
    let now = engine.time.now()
    return withState { state, deferred in
      let (error, actions) = state.machine.endPost(post, failure: failure, now: now)
      perform(actions, &state, &deferred)
      return error
    }
  }

  /// - Parameter executor: where this is called, and so where the packet is handled.
  func receive(
    _ packet: Packet, in post: PostToken, on executor: (any TaskExecutor)?
  ) -> Received {
    withState { state, deferred in
      state.executor = executor
      state.traffic.received.count(packet)
      let outcome = state.machine.receive(packet, in: post, now: engine.time.now())
      return take(outcome, &state, &deferred)
    }
  }

  /// Gives handlers that have suspended a turn on their executor, which runs tasks in the order in
  /// which they became ready.
  nonisolated(nonsending) func letHandlersRun() async {
    guard !isIdle else { return }
    if state.withLock({ $0.executor }) == nil {
      // No executor to queue up on: yield until the handlers wait, but not for ever.
      for _ in 0..<64 where !isIdle { await Task.yield() }
    } else {
      await Task.yield()
    }
  }

  /// Whether no handler is at work.
  private var isIdle: Bool {
    state.withLock { state in
      if case .running = state.handling { return state.consumer != nil || !state.machine.isOpen }
      return true
    }
  }
}
