// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open regular file, shared by all who send it and closed with the last of them. What it says
/// of itself was read from the open descriptor, so that a file replaced meanwhile cannot mix in.
public final class OpenFile: Sendable {
  /// The descriptor, open for reading for as long as this object lives.
  public let descriptor: CInt
  /// Bytes.
  public var size: Int { status.size }
  /// Seconds and nanoseconds since 1970.
  public var modificationTime: (seconds: Int, nanoseconds: Int) {
    (status.modified.seconds, status.modified.nanoseconds)
  }
  /// What tells it from other files, and from itself after a change.
  package let status: Status

  /// Opens the file at `path`.
  ///
  /// - Throws: ``OpenFileError``.
  public convenience init(path: String) throws(OpenFileError) {
    guard !path.utf8.contains(0) else { throw .notFound }
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw OpenFileError(errno: errno) }
    try self.init(takingOwnershipOf: descriptor)
  }

  /// Takes over an open descriptor; it is closed with this object, and also when this throws.
  ///
  /// - Throws: ``OpenFileError/notRegular`` for directories, FIFOs, sockets and devices.
  public init(takingOwnershipOf descriptor: CInt) throws(OpenFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw OpenFileError(errno: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notRegular
    }
    self.descriptor = descriptor
    self.status = Status(status)
  }

  deinit {
    close(descriptor)
  }

  /// Reads a region into memory; shorter than asked where the file has shrunk.
  ///
  /// - Throws: ``OpenFileError/system(errno:)``.
  public func read(_ range: Range<Int>) throws(OpenFileError) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.reserveCapacity(range.count)
    while bytes.readableBytes < range.count {
      let offset = range.lowerBound + bytes.readableBytes
      let wanted = range.upperBound - offset
      // Only a failed call says anything by errno; after others it may hold an older error.
      var failure: CInt?
      let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
        let count = pread(descriptor, target.baseAddress, wanted, off_t(offset))
        if count < 0 { failure = errno }
        return max(count, 0)
      }
      if let failure {
        guard failure == EINTR else { throw OpenFileError(errno: failure) }
      } else if count == 0 {
        break
      }
    }
    return bytes
  }
}

/// Why a file could not be opened or read.
public enum OpenFileError: Error, Hashable {
  /// There is no file of that name, or it may not be read.
  case notFound
  /// It is a directory, a FIFO, a socket or a device.
  case notRegular
  /// Another failure of the system, such as having no descriptors left.
  case system(errno: CInt)

  /// Sorts an error code of `open` or `fstat`.
  public init(errno code: CInt) {
    switch code {
    case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM, ENXIO: self = .notFound
    case EISDIR: self = .notRegular
    default: self = .system(errno: code)
    }
  }
}
