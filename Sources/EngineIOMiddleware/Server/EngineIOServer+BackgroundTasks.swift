// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

extension EngineIOServer {
  typealias BackgroundTask = @Sendable () async throws -> Void

  /// Adds a task that runs beside the sessions, for example one that broadcasts something now and
  /// then.
  ///
  /// Added before a host runs the server, it starts each time one does. Added while the server runs,
  /// it starts at once and belongs to that run.
  ///
  /// At shutdown background tasks go on until every session has ended and its disconnect handler has
  /// returned; then they are cancelled, and waited for before `withLifespan(_:)` returns. When the
  /// lifespan's own task is cancelled, so are they, at once. Once they are being cancelled no other
  /// one starts any more.
  ///
  /// A task that throws ends alone; the server's log and `onBackgroundError(_:)` hear of it.
  public func addBackgroundTask(_ task: @escaping @Sendable () async throws -> Void) {
    state.withLock { state in
      if state.phase == .idle {
        state.backgroundTasks.append(task)
      } else {
        state.addedTasks?.yield(task)
      }
    }
  }

  /// Registers where errors go that background tasks throw, other than because they were cancelled.
  public func onBackgroundError(_ handler: @escaping @Sendable (any Error) -> Void) {
    register { $0.backgroundFailure = handler }
  }

  /// Runs background tasks until cancelled, and returns when all of them have.
  func runBackgroundTasks(_ tasks: AsyncStream<BackgroundTask>) async {
    let failure = state.withLock(\.handlers.backgroundFailure)
    await withDiscardingTaskGroup { group in
      for await task in tasks {
        group.addTask { [log] in
          do {
            try await task()
          } catch {
            if Task.isCancelled && error is CancellationError { return }
            log?.backgroundTaskFailed(error)
            failure?(error)
          }
        }
      }
      // The iteration ends when the tasks are to.
      group.cancelAll()
    }
  }

  /// From here on none is added to this run.
  func closeBackgroundTasks() {
    state.withLock { $0.addedTasks.take() }?.finish()
  }
}
