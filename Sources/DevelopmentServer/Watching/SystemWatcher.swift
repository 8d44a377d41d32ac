// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The best watcher that the system has: inotify on Linux, looking at every file again and again where
/// there is nothing better or it fails.
struct SystemWatcher: FileWatcher {
  let directory: String
  /// Told why inotify does not do.
  let warn: @Sendable (String) -> Void

  func begin() throws(FileWatchError) -> any FileWatch {
    #if os(Linux)
      do {
        return Watch(
          told: try InotifyWatcher(directory: directory).begin(), directory: directory, warn: warn)
      } catch {
        warn(Self.warning(error))
      }
    #endif
    return ScanningWatcher(directory: directory).begin()
  }

  private static func warning(_ error: any Error) -> String {
    "\(error). Until then files are looked at twice a second."
  }

  private struct Watch: FileWatch {
    let told: any FileWatch
    let directory: String
    let warn: @Sendable (String) -> Void

    func run(_ report: @Sendable (FileChange) -> Void) async throws {
      do {
        try await told.run(report)
      } catch {
        if Task.isCancelled { throw error }
        warn(SystemWatcher.warning(error))
        let scanned = ScanningWatcher(directory: directory).begin()
        // What happened in between nobody saw.
        report(.unknown)
        try await scanned.run(report)
      }
    }
  }
}
