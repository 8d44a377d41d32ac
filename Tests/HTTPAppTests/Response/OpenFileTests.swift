// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OpenFileTests {
  @Test func tellsWhatItIs() throws {
    try withTemporaryFile("0123456789") { path in
      let file = try OpenFile(path: path)
      #expect(file.size == 10)
      let age = Date().timeIntervalSince1970 - Double(file.modificationTime.seconds)
      #expect((-5...60).contains(age))
      #expect((0..<1_000_000_000).contains(file.modificationTime.nanoseconds))
    }
  }

  @Test func readsRegions() throws {
    try withTemporaryFile("0123456789") { path in
      let file = try OpenFile(path: path)
      #expect(try String(buffer: file.read(0..<10)) == "0123456789")
      #expect(try String(buffer: file.read(3..<5)) == "34")
      #expect(try file.read(4..<4).readableBytes == 0)
    }
  }

  /// Whatever an earlier call left in errno is no error of this one: not at the end of the file.
  @Test(arguments: [0, EINTR, EIO, EAGAIN])
  func readsNothingBeyondTheEnd(staleError: CInt) throws {
    try withTemporaryFile("0123456789") { path in
      let file = try OpenFile(path: path)
      errno = staleError
      #expect(try String(buffer: file.read(8..<20)) == "89")
      errno = staleError
      #expect(try file.read(10..<20).readableBytes == 0)
      #expect(truncate(path, 5) == 0)
      errno = staleError
      #expect(try String(buffer: file.read(0..<10)) == "01234")
      #expect(file.size == 10)
    }
  }

  @Test func reportsAFailedRead() throws {
    try withTemporaryFile("0123456789") { path in
      let file = try OpenFile(takingOwnershipOf: open(path, O_WRONLY | O_CLOEXEC))
      #expect(throws: OpenFileError.system(errno: EBADF)) { try file.read(0..<10) }
    }
  }

  @Test func keepsTheFileThatWasOpened() throws {
    try withTemporaryFile("old") { path in
      let file = try OpenFile(path: path)
      try FileManager.default.removeItem(atPath: path)
      try Data("new and longer".utf8).write(to: URL(filePath: path))
      #expect(file.size == 3)
      #expect(try String(buffer: file.read(0..<3)) == "old")
    }
  }

  @Test func isClosedWithItsLastUser() throws {
    try withTemporaryFile("x") { path in
      // Descriptors are reused at once, so only what this one stands for tells.
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      var before = stat()
      #expect(fstat(descriptor, &before) == 0)
      var file: OpenFile? = try OpenFile(takingOwnershipOf: descriptor)
      let body = file.map { ResponseBody.file($0) }
      file = nil
      var during = stat()
      #expect(fstat(descriptor, &during) == 0 && during.st_ino == before.st_ino)
      withExtendedLifetime(body) {}
    }
  }

  @Test(arguments: ["", "/no such file", "/dev/null/x", "/etc/passwd\0"])
  func findsNothing(path: String) {
    #expect(throws: OpenFileError.notFound) { try OpenFile(path: path) }
  }

  @Test func refusesWhatIsNotRegular() throws {
    #expect(throws: OpenFileError.notRegular) { try OpenFile(path: NSTemporaryDirectory()) }
    #expect(throws: OpenFileError.notRegular) { try OpenFile(path: "/dev/null") }
    let fifo = NSTemporaryDirectory() + "HTTPAppTests-\(UUID().uuidString)"
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { try? FileManager.default.removeItem(atPath: fifo) }
    // Must not wait for a writer either.
    #expect(throws: OpenFileError.notRegular) { try OpenFile(path: fifo) }
  }

  @Test func reportsABadDescriptor() {
    #expect(throws: OpenFileError.system(errno: EBADF)) { try OpenFile(takingOwnershipOf: -1) }
  }
}

/// Runs `body` with a file that is removed afterwards.
func withTemporaryFile(_ content: String, _ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "HTTPAppTests-\(UUID().uuidString)"
  try Data(content.utf8).write(to: URL(filePath: path))
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}
