// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Watches by one watcher, and by another one where that fails.
struct FallbackWatcher: FileWatcher {
  let first: any FileWatcher
  let second: any FileWatcher
  /// Told why the first one does not do.
  let warn: @Sendable (any Error) -> Void

  func begin() throws(FileWatchError) -> any FileWatch {
    do {
      return Watch(first: try first.begin(), watcher: self)
    } catch {
      warn(error)
      return try second.begin()
    }
  }

  private struct Watch: FileWatch {
    let first: any FileWatch
    let watcher: FallbackWatcher

    func run(_ report: @Sendable (FileChange) -> Void) async throws {
      do {
        try await first.run(report)
      } catch {
        if Task.isCancelled { throw error }
        watcher.warn(error)
        let second = try watcher.second.begin()
        // What happened in between nobody saw.
        report(.unknown)
        try await second.run(report)
      }
    }
  }
}

/// The best watcher that the system has: inotify on Linux, looking at every file again and again where
/// there is nothing better or it fails.
///
/// - Parameter warn: told why inotify does not do.
func systemWatcher(
  of directory: String, warn: @escaping @Sendable (String) -> Void
) -> any FileWatcher {
  let scanning = ScanningWatcher(directory: directory)
  #if os(Linux)
    return FallbackWatcher(first: InotifyWatcher(directory: directory), second: scanning) {
      warn("\($0). Until then files are looked at twice a second.")
    }
  #else
    return scanning
  #endif
}
