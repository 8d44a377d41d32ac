// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import NIOCore

/// A directory with files of known content, and everything around and in it that must not be served.
struct Tree {
  struct Failure: Error {
    let path: String
    let code: CInt
  }

  /// The directory to serve.
  let root: String
  private let parent: String
  /// The content of what may be served, by size: no two are equally long, so that an answer tells
  /// which file it is from.
  private(set) var contents: [Int: ByteBuffer] = [:]

  /// When every file was modified.
  static let seconds = 0x3ade_68b1
  static let nanoseconds = 7

  /// What is in every file that must not be served, and in no other.
  private static let secret = Array("SECRET".utf8)

  static func hasSecret(_ bytes: ByteBuffer) -> Bool {
    var rest = bytes
    // No byte of a file that may be served is below 0x80.
    while let index = rest.readableBytesView.firstIndex(of: secret[0]) {
      rest.moveReaderIndex(to: index)
      if rest.readableBytesView.starts(with: secret) { return true }
      rest.moveReaderIndex(forwardBy: 1)
    }
    return false
  }

  init() throws {
    parent = NSTemporaryDirectory() + "FileFuzzer-\(UUID().uuidString)"
    root = parent + "/root"
    let served = [
      "a.txt": 11, "index.html": 23, "sub/b.txt": 37, "sub/index.html": 41, "sub/deep/c.txt": 53,
      "dir/plain": 67, "large.bin": 66_003, "c.js": 4099, "c.js.gz": 71, "c.js.br": 59,
      "sub/ü.txt": 83, ".well-known/x": 97, "a..b": 101, "%2e%2e": 103, "large.bin.zst": 65_801,
    ]
    for (name, size) in served {
      let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7 &+ size) | 0x80 }
      contents[size] = ByteBuffer(bytes: content)
      try write(root + "/" + name, content)
    }
    for (index, name) in [
      "root/.env", "root/.git/config", "root/sub/.hidden", "outside.txt",
      "root-sibling/x", "root/sub/.secret-index/index.html",
    ].enumerated() {
      try write(parent + "/" + name, Self.secret + Array(repeating: 0x80, count: 200 + index))
    }
    let links = [
      "in": "sub", "sub/back": "../a.txt", "out": "..", "up": "../outside.txt", "loop": "loop",
      "self": ".", "absolute": root + "/a.txt", "etc": "/etc", "a.txt.gz": "../outside.txt",
      "sub/index.html.br": "../../outside.txt", "proc": "/proc/self/root",
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: root + "/" + name, withDestinationPath: target)
    }
    guard mkfifo(root + "/fifo", 0o600) == 0 else { throw Failure(path: "fifo", code: errno) }
    try FileManager.default.createDirectory(
      atPath: root + "/empty", withIntermediateDirectories: false)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: parent)
  }

  private func write(_ path: String, _ content: [UInt8]) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: url)
    let time = timespec(tv_sec: Self.seconds, tv_nsec: Self.nanoseconds)
    guard utimensat(AT_FDCWD, path, [time, time], 0) == 0 else {
      throw Failure(path: path, code: errno)
    }
  }
}
