// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Opens a file below a directory without ever leaving that directory, where the system has no call
/// that does.
///
/// Every name is opened by itself, relative to the descriptor of the directory before it, and
/// never through a symbolic link; links are read and walked the same way, absolute ones refused.
/// So the answer is right whatever is renamed or relinked meanwhile, which a comparison of
/// `realpath` with the root before opening cannot promise.
struct ConfinedWalk: ~Copyable {
  /// As Linux itself does.
  private static let maximumLinks = 40

  /// The directories from the root to where the walk is.
  private var directories: [CInt]
  /// The names yet to be walked, the next one last.
  private var pending: [String]
  private var links = 0

  private let followsLinks: Bool

  /// Opens a file or a directory.
  ///
  /// - Parameters:
  ///   - root: a directory; may be reached through links, as whoever named it may have wanted.
  ///   - segments: the names from there; at least one.
  /// - Throws: ``OpenFileError``; whatever lies outside the root is ``OpenFileError/notFound``.
  static func open(
    below root: String, _ segments: [String], _ flags: CInt, followsLinks: Bool
  ) throws(OpenFileError) -> CInt {
    var walk = try ConfinedWalk(root: root, segments: segments, followsLinks: followsLinks)
    return try walk.open(flags)
  }

  private init(root: String, segments: [String], followsLinks: Bool) throws(OpenFileError) {
    let descriptor = retrying {
      openat(AT_FDCWD, root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw OpenFileError(errno: errno) }
    self.followsLinks = followsLinks
    directories = [descriptor]
    pending = segments.reversed()
  }

  deinit {
    for descriptor in directories { close(descriptor) }
  }

  private mutating func open(_ wanted: CInt) throws(OpenFileError) -> CInt {
    while let name = pending.popLast() {
      guard let directory = directories.last else { throw .notFound }
      if name == ".." {
        close(directory)
        directories.removeLast()
        continue
      }
      let isLast = pending.isEmpty
      // O_NONBLOCK: opening a FIFO must not wait for its writer.
      let flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (isLast ? wanted : O_RDONLY | O_DIRECTORY)
      let descriptor = retrying { openat(directory, name, flags) }
      if descriptor >= 0 {
        if isLast { return descriptor }
        directories.append(descriptor)
        continue
      }
      let code = errno
      // A link is ELOOP, or ENOTDIR where a directory is asked for.
      guard followsLinks, code == ELOOP || code == ENOTDIR,
        let target = linkTarget(name, in: directory)
      else {
        throw OpenFileError(errno: code)
      }
      try follow(target)
    }
    // The last name led back to a directory, unless it led out.
    guard let directory = directories.popLast() else { throw .notFound }
    return directory
  }

  private mutating func follow(_ target: String) throws(OpenFileError) {
    links += 1
    guard links <= Self.maximumLinks, target.utf8.first != UInt8(ascii: "/") else {
      throw .notFound
    }
    pending += pathSegments(target).reversed()
  }

  private func linkTarget(_ name: String, in directory: CInt) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = readlinkat(directory, name, base, buffer.count)
      guard count >= 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }
}
