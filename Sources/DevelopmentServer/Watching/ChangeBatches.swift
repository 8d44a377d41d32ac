// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// Gathers changes until nothing more has happened for a while: a sequence of what belongs
/// together, for one task to iterate over.
final class ChangeBatches: AsyncSequence, Sendable {
  typealias Element = ChangeSet

  private let gathered = Mutex(ChangeSet())
  private let arrivals = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  private let sleep: @Sendable (Duration) async throws -> Void

  /// How long it has to be quiet before a batch is over.
  static let quiet = Duration.milliseconds(40)
  /// How often it may be unquiet: a batch is over after this many times ``quiet`` at the latest.
  static let longest = 12

  /// - Parameter sleep: waits for a while.
  init(
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.sleep = sleep
  }

  /// Adds a change to the batch.
  func add(_ change: FileChange) {
    gathered.withLock { $0.add(change) }
    arrivals.continuation.yield()
  }

  private func take() -> ChangeSet {
    gathered.withLock { gathered in
      defer { gathered = ChangeSet() }
      return gathered
    }
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(batches: self, arrivals: arrivals.stream.makeAsyncIterator())
  }

  struct Iterator: AsyncIteratorProtocol {
    let batches: ChangeBatches
    var arrivals: AsyncStream<Void>.Iterator

    /// The next batch, never empty; nil when the task is cancelled.
    mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async -> ChangeSet? {
      while await arrivals.next(isolation: actor) != nil {
        var batch = batches.take()
        guard !batch.isEmpty else { continue }
        for _ in 0..<ChangeBatches.longest {
          do { try await batches.sleep(ChangeBatches.quiet) } catch { return nil }
          let more = batches.take()
          if more.isEmpty { break }
          batch.add(more)
        }
        if !batch.isEmpty { return batch }
      }
      return nil
    }
  }
}
