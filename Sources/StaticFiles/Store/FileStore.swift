// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Synchronization

/// The rules, and what is known of the files they lead to.
final class FileStore: Sendable {
  let rules: RuleTable
  let configuration: StaticFiles.Configuration
  let mediaTypes: MediaTypes
  let files: ConfinedFiles
  let cache: FileCache
  /// In nanoseconds.
  private let revalidation: Int64
  private let now: @Sendable () -> Int64

  init(
    rules: RuleTable, configuration: StaticFiles.Configuration, files: ConfinedFiles,
    now: @escaping @Sendable () -> Int64
  ) throws(StaticFilesError) {
    try configuration.validate()
    self.rules = rules
    self.configuration = configuration
    self.files = files
    self.now = now
    mediaTypes = MediaTypes(configuration)
    cache = FileCache(limit: configuration.memory)
    let (seconds, attoseconds) = configuration.revalidation.components
    // A century is for ever.
    let bounded = min(max(seconds, 0), 3_155_760_000)
    revalidation = bounded * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// What a path means.
  enum Resource {
    /// A file. The open file is there so that it stays open until it was answered from, if it was
    /// opened just now.
    case file(ServedFile, OpenFile?)
    /// A directory that can answer, named without its final slash.
    case needsFinalSlash
    /// A directory to be listed.
    case listing(Place)
  }

  /// Looks a path up: in memory, where that was checked lately, else on the disk.
  func look(up path: URLPath) throws(OpenFileError) -> Resource? {
    try look(up: PathKey(text: path.text)) { (known) throws(OpenFileError) in
      try find(path, known: known)
    }
  }

  /// As ``look(up:)``, for whatever `find` finds.
  func look(
    up key: PathKey, _ find: (ServedFile?) throws(OpenFileError) -> Resource?
  ) throws(OpenFileError) -> Resource? {
    let time = now()
    let known = cache[key]
    if let known, revalidation > 0,
      time &- known.checkedAt.load(ordering: .relaxed) < revalidation
    {
      return .file(known, nil)
    }
    let found: Resource?
    do {
      found = try find(known)
    } catch {
      // Out of descriptors, what is known is better than nothing.
      guard let known else { throw error }
      return .file(known, nil)
    }
    guard case .file(let file, let open)? = found else {
      if known != nil { cache.remove(key) }
      return found
    }
    if let known, known.hasSameRepresentations(as: file) {
      known.checkedAt.store(time, ordering: .relaxed)
      return .file(known, open)
    }
    file.checkedAt.store(time, ordering: .relaxed)
    cache.insert(file, for: key)
    return found
  }

  func forget(_ key: PathKey) {
    cache.remove(key)
  }

  /// Forgets what is known of a path.
  func forget(_ path: URLPath) {
    forget(PathKey(text: path.text))
  }
}

extension StaticFiles.Configuration {
  fileprivate func validate() throws(StaticFilesError) {
    for page in [fallback, notFoundPage] {
      if let page, !RuleTable.isInnerPath(page) { throw .invalidPage(page) }
    }
    guard HTTPField.isValidValue(cacheControl.rawValue), !cacheControl.rawValue.isEmpty else {
      throw .invalidCacheControl(cacheControl.rawValue)
    }
    let values = [defaultMediaType, charset ?? "utf-8"] + mediaTypes.values
    for value in values + precompressed.map(\.coding) {
      guard HTTPField.isValidValue(value), !value.isEmpty else { throw .invalidMediaType(value) }
    }
  }
}
