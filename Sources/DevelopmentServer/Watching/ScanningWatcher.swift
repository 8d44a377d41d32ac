// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Notices changes by looking at every file again and again: for systems, and file systems, that do
/// not tell.
struct ScanningWatcher: FileWatcher {
  let directory: String
  private let sleep: @Sendable () async throws -> Void

  /// - Parameter sleep: waits between two looks.
  init(
    directory: String,
    sleep: @escaping @Sendable () async throws -> Void = {
      try await Task.sleep(for: .milliseconds(500))
    }
  ) {
    self.directory = directory
    self.sleep = sleep
  }

  func begin() -> any FileWatch {
    Watch(directory: directory, sleep: sleep, first: Self.scan(directory))
  }

  private struct Watch: FileWatch {
    let directory: String
    let sleep: @Sendable () async throws -> Void
    let first: [String: Fingerprint]

    func run(_ report: @Sendable (FileChange) -> Void) async throws {
      var known = first
      while true {
        try await sleep()
        let found = ScanningWatcher.scan(directory)
        for (path, fingerprint) in found where known[path] != fingerprint {
          report(.file(path, known[path] == nil ? .created : .modified))
        }
        for path in known.keys where found[path] == nil { report(.file(path, .deleted)) }
        known = found
      }
    }
  }

  /// What of a file changes whenever its content does.
  private struct Fingerprint: Equatable {
    var file: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  private static func scan(_ directory: String) -> [String: Fingerprint] {
    var found: [String: Fingerprint] = [:]
    DirectoryWalk.visit(directory) { entry in
      guard !entry.isDirectory,
        let status = DirectoryWalk.status(of: DirectoryWalk.join(directory, entry.path))
      else { return }
      #if canImport(Darwin)
        let time = status.st_mtimespec
      #else
        let time = status.st_mtim
      #endif
      found[entry.path] = Fingerprint(
        file: UInt64(status.st_ino), size: Int64(status.st_size),
        seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }
    return found
  }
}
