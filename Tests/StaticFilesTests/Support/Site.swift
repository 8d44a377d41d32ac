// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPTypes
import NIOCore
import Testing

@testable import StaticFiles

/// A temporary directory of files, removed with this object.
final class Site: Sendable {
  /// The directory to serve; its parent is the site's own too, for what must not be reached.
  let root: String
  private let parent: String

  init(_ files: [String: String] = [:]) throws {
    var template = Array((NSTemporaryDirectory() + "static-files-XXXXXX").utf8CString)
    let path = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
    parent = String(cString: try #require(path, "cannot make a temporary directory"))
    root = parent + "/root"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for (name, content) in files { try write(name, content) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: parent)
  }

  func path(_ name: String) -> String { root + "/" + name }

  func write(_ name: String, _ content: String) throws {
    try write(name, bytes: Array(content.utf8))
  }

  func write(_ name: String, bytes: [UInt8]) throws {
    let url = URL(filePath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(name), withDestinationPath: target)
  }

  /// Sets the time of modification, in seconds and nanoseconds since 1970.
  func touch(_ name: String, seconds: Int, nanoseconds: Int = 0) throws {
    let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
    try #require(utimensat(AT_FDCWD, path(name), [time, time], 0) == 0)
  }
}

/// What this process has open below a directory, once for every descriptor.
func openFiles(below root: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
  }.filter { $0.hasPrefix(root) }
}

extension StaticFiles {
  /// The answer to a request without a body.
  func answer(
    _ path: String, method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:]
  ) throws -> Response? {
    try response(for: Request(method: method, target: path, headerFields: fields))
  }

  /// The text that a GET is answered with; nil where it is not answered with 200.
  func text(_ path: String) throws -> String? {
    guard let response = try answer(path), response.status == .ok else { return nil }
    return try response.text
  }
}

extension Response {
  /// The body, whatever its kind, read into a string.
  var text: String {
    get throws {
      switch body.kind {
      case .empty: ""
      case .bytes(let bytes): String(buffer: bytes)
      case .file(let file, let range): String(buffer: try file.read(range))
      case .stream, .webSocket: try #require(nil as String?, "no body that files have")
      }
    }
  }

  var contentType: String? { headerFields[.contentType] }
}
