// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a ``FileWatcher`` saw.
enum FileChange: Sendable, Hashable {
  /// A file appeared, was written or went away; its path is relative to the watched directory.
  case file(String, Kind)
  /// Anything may have changed.
  case unknown

  enum Kind: Sendable, Hashable {
    case created, modified, deleted
  }
}

/// Everything that changed within one short while.
struct ChangeSet: Sendable, Hashable {
  /// The files that are others than before, by their paths relative to the watched directory.
  private(set) var files: [String: FileChange.Kind] = [:]
  /// Whether anything else may have changed.
  private(set) var isIncomplete = false

  var isEmpty: Bool { files.isEmpty && !isIncomplete }

  /// Adds what happened next.
  ///
  /// What was created and deleted is as if it had never been: so editors and build tools save by
  /// way of temporary files.
  mutating func add(_ change: FileChange) {
    guard case .file(let path, let kind) = change else {
      isIncomplete = true
      return
    }
    switch (files[path], kind) {
    case (.created, .deleted): files[path] = nil
    case (.created, _): break
    case (.deleted, .created), (.deleted, .modified): files[path] = .modified
    case (_, let kind): files[path] = kind
    }
  }

  mutating func add(_ changes: ChangeSet) {
    if changes.isIncomplete { isIncomplete = true }
    for (path, kind) in changes.files { add(.file(path, kind)) }
  }
}
