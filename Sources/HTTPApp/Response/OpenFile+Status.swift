// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension OpenFile {
  /// Which file it is, and in which state.
  package struct Status: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    package let size: Int
    package let modified: Time
    let changed: Time

    /// Seconds and nanoseconds since 1970.
    package struct Time: Sendable, Hashable {
      package let seconds: Int
      package let nanoseconds: Int

      init(_ time: timespec) {
        seconds = time.tv_sec
        nanoseconds = time.tv_nsec
      }
    }

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(truncatingIfNeeded: status.st_ino)
      size = Int(status.st_size)
      #if canImport(Darwin)
        modified = Time(status.st_mtimespec)
        changed = Time(status.st_ctimespec)
      #else
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
      #endif
    }
  }

  /// Whether it is still as it was when it was opened.
  package var isUnchanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && Status(status) == self.status
  }
}
