// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import Synchronization

extension EngineIOClient {
  /// Disconnects: sends what waits, tells the server, and returns when nothing of the connection is
  /// left, after at most `Configuration.closeTimeout`. Does nothing when the connection has ended.
  ///
  /// When the task is cancelled it goes on as `abort()`. Called in a handler, it does not wait for the
  /// handlers.
  public func disconnect() async {
    update { state, later in
      perform(state.machine.disconnect(now: clock.now()), &state, &later)
    }
    await withTaskCancellationHandler {
      await finish()
    } onCancel: {
      update { state, later in perform(state.machine.abort(), &state, &later) }
    }
  }

  /// Ends the connection at once, without a word to the server and without sending what waits, and
  /// returns when nothing of it is left. Called in a handler, it does not wait for the handlers.
  public func abort() async {
    update { state, later in perform(state.machine.abort(), &state, &later) }
    await finish()
  }

  /// Waits until the connection has ended and nothing of it is left, handlers included.
  ///
  /// - Returns: how it ended; `nil` when the task was cancelled first.
  @discardableResult
  public func wait() async -> Disconnection? {
    await waitForEnd()
    guard let disconnection else { return nil }
    await finish()
    return disconnection
  }

  /// Waits until the connection has ended, or the task is cancelled.
  nonisolated(nonsending) func waitForEnd() async {
    let waiter = state.withLock { $0.closer == nil ? $0.enders.add() : nil }
    guard let waiter else { return }
    await waiter.wait()
    if Task.isCancelled { state.withLock { $0.enders.remove(waiter) } }
  }

  /// Waits until nothing is left of a connection that ends, even if the task is cancelled.
  func finish() async {
    let waiter = state.withLock { $0.closer == nil ? $0.enders.add() : nil }
    await waiter?.waitForResume()
    let (closer, handlerTask) = state.withLock { ($0.closer, $0.handlerTask) }
    await closer?.value
    if Self.handling != ObjectIdentifier(self) { await handlerTask?.value }
  }
}
