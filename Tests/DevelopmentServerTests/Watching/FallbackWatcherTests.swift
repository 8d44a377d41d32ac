// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Testing

@testable import DevelopmentServer

struct FallbackWatcherTests {
  /// Fails at once, or when it runs.
  private struct Failing: FileWatcher, FileWatch {
    let atOnce: Bool

    func begin() throws(FileWatchError) -> any FileWatch {
      if atOnce { throw FileWatchError(description: "no watchers") }
      return self
    }

    func run(_ report: @Sendable (FileChange) -> Void) async throws {
      report(.file("first.txt", .modified))
      throw FileWatchError(description: "no more watches")
    }
  }

  @Test(arguments: [true, false]) func theSecondTakesOver(atOnce: Bool) async throws {
    let second = ScriptedWatcher()
    second.tell(.file("second.txt", .modified))
    let warnings = Events()
    let watcher = FallbackWatcher(first: Failing(atOnce: atOnce), second: second) {
      warnings.record("\($0)")
    }
    try await watcher.events { events in
      await events.wait(for: "modified second.txt")
      #expect(
        events.all
          == (atOnce ? [] : ["modified first.txt", "unknown"]) + ["modified second.txt"])
    }
    #expect(warnings.all == [atOnce ? "no watchers" : "no more watches"])
  }

  @Test func cancellationIsNoFailure() async throws {
    let warnings = Events()
    let watcher = FallbackWatcher(
      first: ScanningWatcher(directory: "/nowhere"), second: ScriptedWatcher()
    ) {
      warnings.record("\($0)")
    }
    try await watcher.events { _ in }
    #expect(warnings.all.isEmpty)
  }
}
