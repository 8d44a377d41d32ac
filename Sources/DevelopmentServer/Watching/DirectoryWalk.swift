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
    var status: stat

    var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
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
      for name in names(in: join(directory, parent)) where WatchedNames.contains(name) {
        let path = join(parent, name)
        var status = stat()
        guard lstat(join(directory, path), &status) == 0 else { continue }
        let entry = Entry(path: path, status: status)
        each(entry)
        if entry.isDirectory { pending.append(path) }
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
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
