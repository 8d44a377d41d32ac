// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Notices what happens to the files below a directory.
protocol FileWatcher: Sendable {
  /// Begins to watch: what happens from here on is seen.
  ///
  /// - Throws: ``FileWatchError``.
  func begin() throws(FileWatchError) -> any FileWatch
}

/// A watch that has begun.
protocol FileWatch: Sendable {
  /// Tells of changes until the task is cancelled.
  ///
  /// - Throws: ``FileWatchError``.
  func run(_ report: @Sendable (FileChange) -> Void) async throws
}

/// Why files cannot be watched.
struct FileWatchError: Error, CustomStringConvertible {
  var description: String
}

/// Which names count. What is hidden is not served, what is installed does not change while one
/// works and may be a hundred thousand directories, and the rest is what editors leave beside files.
enum WatchedNames {
  static func contains(_ name: String) -> Bool {
    if name == ".well-known" { return true }
    return !name.hasPrefix(".") && !name.hasPrefix("#") && !name.hasSuffix("~")
      && name != "node_modules"
  }
}
