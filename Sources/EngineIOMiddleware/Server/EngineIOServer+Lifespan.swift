// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization

extension EngineIOServer {
  /// Runs the timers and background tasks around `serve`. Returns when every session has ended and
  /// every handler and background task has returned; cancellation cancels those that are still
  /// running.
  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    let (backgroundTasks, addedTasks) = AsyncStream.makeStream(of: BackgroundTask.self)
    state.withLock {
      precondition($0.phase == .idle, "one host at a time runs an Engine.IO server")
      $0.phase = .running
      $0.addedTasks = addedTasks
      for task in $0.backgroundTasks { addedTasks.yield(task) }
    }
    let result = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.runTimers() }
      group.addTask { await self.runBackgroundTasks(backgroundTasks) }
      let result: Result<Void, any Error>
      do {
        result = .success(try await serve())
      } catch {
        result = .failure(error)
      }
      beginGracefulShutdown()
      await allSessionsEnded()
      closeBackgroundTasks()
      group.cancelAll()
      return result
    }
    state.withLock { $0.phase = .idle }
    try result.get()
  }

  /// Refuses handshakes from now on and ends all sessions: a parked poll is answered with a close
  /// packet, a WebSocket is closed with 1001.
  public func beginGracefulShutdown() {
    let sessions = state.withLock { state -> [EngineIOSession] in
      guard state.phase == .running else { return [] }
      state.phase = .stopping
      return Array(state.sessions.values)
    }
    for session in sessions { session.end(.serverShutdown) }
  }

  private nonisolated(nonsending) func allSessionsEnded() async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isDrained = state.withLock { state in
          if state.sessions.isEmpty { return true }
          state.drained = continuation
          return false
        }
        if isDrained { continuation.resume() }
      }
    } onCancel: {
      for session in state.withLock({ Array($0.sessions.values) }) { session.cancelHandlers() }
    }
  }

  /// Fires timers until cancelled.
  private func runTimers() async {
    while !Task.isCancelled {
      for session in timers.takeDue(time.now()) { session.timerFired() }
      await waitForTimer()
    }
  }

  private func waitForTimer() async {
    let deadline = timers.nextDeadline
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.timers.waitForDeadline(before: deadline) }
      if let deadline { group.addTask { await self.time.sleep(deadline) } }
      await group.next()
      group.cancelAll()
    }
  }
}
