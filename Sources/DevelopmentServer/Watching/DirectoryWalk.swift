// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads directories, for watchers.
enum DirectoryWalk {
  struct Entry {
    /// Relative to the directory that was asked for.
    var path: String
    var isDirectory: Bool
  }

  /// Everything that counts in `directory` and below it, parents first. What goes away meanwhile, or
  /// may not be read, is left out; links are not followed.
  ///
  /// - Parameter enter: called for a directory before its entries are read, also for `directory`
  ///   itself, whose path is empty.
  static func visit(
    _ directory: String, enter: (_ path: String) -> Void = { _ in }, each: (Entry) -> Void
  ) {
    var pending = [""]
    while let parent = pending.popLast() {
      enter(parent)
      for (name, isKnownDirectory) in entries(of: join(directory, parent)) {
        let path = join(parent, name)
        let isDirectory =
          isKnownDirectory ?? (status(of: join(directory, path))?.isDirectory ?? false)
        each(Entry(path: path, isDirectory: isDirectory))
        if isDirectory { pending.append(path) }
      }
    }
  }

  /// A path below another; either may be empty.
  static func join(_ parent: String, _ name: String) -> String {
    if parent.isEmpty { return name }
    return name.isEmpty ? parent : parent + "/" + name
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.isDirectory
  }

  /// What the system knows of a file, or of a link itself; nil where there is none.
  static func status(of path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  /// - Returns: names, and whether each is a directory's, where the file system says so by itself.
  private static func entries(of directory: String) -> [(name: String, isDirectory: Bool?)] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var entries: [(String, Bool?)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name != ".", name != "..", WatchedNames.contains(name) else { continue }
      let type = Int(entry.pointee.d_type)
      entries.append((name, type == Int(DT_UNKNOWN) ? nil : type == Int(DT_DIR)))
    }
    return entries
  }
}

extension stat {
  fileprivate var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
}
