// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import Testing

/// A temporary directory, removed with this object.
final class Folder: Sendable {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "serve-\(UUID().uuidString)")
    path = url.path(percentEncoded: false)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, content) in files { try write(name, content) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ name: String, _ content: String) throws {
    try Data(content.utf8).write(to: url(name))
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
  }

  func move(_ name: String, to other: String) throws {
    try #require(rename(url(name).path(), url(other).path()) == 0)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: url(name))
  }

  func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }
}
