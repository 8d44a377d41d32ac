// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if os(Linux)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Which directory each watch of an inotify instance is on, kept right while directories come and
  /// go: a watch sees one directory, not those below.
  struct InotifyTree {
    private let descriptor: CInt
    private let root: String
    private var paths: [Int32: String] = [:]

    /// Whether the root itself is gone, or another directory of the same name is there.
    private(set) var isRootLost = false

    private static let mask = UInt32(
      IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF
        | IN_MOVE_SELF | IN_ONLYDIR)

    /// - Parameter descriptor: of an inotify instance, open for as long as this is used.
    init(descriptor: CInt, root: String) {
      self.descriptor = descriptor
      self.root = root
    }

    /// Watches the root and everything below it.
    ///
    /// - Throws: ``FileWatchError``.
    mutating func begin() throws(FileWatchError) {
      isRootLost = false
      try watch("") { _ in }
      if paths.isEmpty { isRootLost = true }
    }

    /// Takes in an event.
    ///
    /// - Throws: ``FileWatchError`` when a new directory cannot be watched.
    mutating func handle(
      _ event: InotifyEvent, report: (FileChange) -> Void
    ) throws(FileWatchError) {
      if event.has(IN_Q_OVERFLOW) {
        // Directories may have come unseen as well; those that are watched keep their watch.
        try watch("") { _ in }
        return report(.unknown)
      }
      guard let parent = paths[event.watch] else { return }
      if event.has(IN_IGNORED) { paths[event.watch] = nil }
      if event.has(IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF) {
        if parent.isEmpty { loseRoot() }
        return
      }
      guard WatchedNames.contains(event.name) else { return }
      let path = DirectoryWalk.join(parent, event.name)
      if event.has(IN_ISDIR) {
        try directoryChanged(path, event, report)
      } else if event.has(IN_CREATE) {
        report(.file(path, .created))
      } else if event.has(IN_CLOSE_WRITE | IN_MOVED_TO) {
        report(.file(path, .modified))
      } else if event.has(IN_DELETE | IN_MOVED_FROM) {
        report(.file(path, .deleted))
      }
    }

    private mutating func directoryChanged(
      _ path: String, _ event: InotifyEvent, _ report: (FileChange) -> Void
    ) throws(FileWatchError) {
      if event.has(IN_CREATE | IN_MOVED_TO) {
        // What was put into it before it was watched is only seen by looking.
        try watch(path) { report(.file($0, .created)) }
      } else if event.has(IN_MOVED_FROM) {
        forget(path)
        report(.unknown)
      }
    }

    /// Watches a directory and everything below it.
    private mutating func watch(
      _ path: String, found: (_ path: String) -> Void
    ) throws(FileWatchError) {
      var failure: CInt?
      DirectoryWalk.visit(DirectoryWalk.join(root, path)) { below in
        let directory = DirectoryWalk.join(path, below)
        // The root may be a link; links below it are not followed, as nothing says where they end.
        let mask = directory.isEmpty ? Self.mask : Self.mask | UInt32(IN_DONT_FOLLOW)
        let watch = inotify_add_watch(descriptor, DirectoryWalk.join(root, directory), mask)
        if watch >= 0 {
          paths[watch] = directory
        } else if errno == ENOSPC || errno == ENOMEM {
          failure = errno
        }
      } each: { entry in
        if !entry.isDirectory { found(DirectoryWalk.join(path, entry.path)) }
      }
      guard failure == nil else { throw .tooManyDirectories }
    }

    /// Takes the watches of a directory that is elsewhere now.
    private mutating func forget(_ path: String) {
      for (watch, watched) in paths where watched == path || watched.hasPrefix(path + "/") {
        inotify_rm_watch(descriptor, watch)
        paths[watch] = nil
      }
    }

    private mutating func loseRoot() {
      for watch in paths.keys { inotify_rm_watch(descriptor, watch) }
      paths = [:]
      isRootLost = true
    }
  }

  extension InotifyEvent {
    fileprivate func has(_ flags: CInt) -> Bool {
      mask & UInt32(bitPattern: flags) != 0
    }

    fileprivate func has(_ flags: Int) -> Bool {
      mask & UInt32(truncatingIfNeeded: flags) != 0
    }
  }

  extension FileWatchError {
    fileprivate static let tooManyDirectories = FileWatchError(
      description: "there are more directories than this system lets one watch; to allow more: "
        + "sysctl fs.inotify.max_user_watches=524288")
  }
#endif
