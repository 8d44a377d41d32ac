// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting

@testable import DevelopmentServer

/// Tells of the changes that a test makes up.
final class ScriptedWatcher: FileWatcher, FileWatch {
  private let changes = AsyncStream.makeStream(of: FileChange.self)

  func begin() -> any FileWatch { self }

  func tell(_ change: FileChange) {
    changes.continuation.yield(change)
  }

  func run(_ report: @Sendable (FileChange) -> Void) async throws {
    for await change in changes.stream { report(change) }
  }
}

extension FileWatcher {
  /// Watches while `body` runs, which is told what was seen, such as `created a/b.txt`.
  func events(_ body: @Sendable (Events) async throws -> Void) async throws {
    let watch = try begin()
    let events = Events()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await watch.run { events.record("\($0)") }
        } catch is CancellationError {
          return
        }
      }
      try await body(events)
      group.cancelAll()
    }
  }
}

extension FileChange: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let path, let kind): "\(kind) \(path)"
    case .unknown: "unknown"
    }
  }
}
