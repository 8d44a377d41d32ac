// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec

/// An open file as a selected representation (RFC 9110 section 3.2): what answers are made from.
struct Representation: Sendable {
  let file: OpenFile
  let contentType: String
  /// Strong: it changes with every change of the size or of the time of modification, which file
  /// systems keep in nanoseconds.
  let entityTag: String
  /// Never in the future (RFC 9110 section 8.8.2.1), whatever the file system says.
  let lastModified: HTTPDate

  init(of file: OpenFile, contentType: String) {
    self.file = file
    self.contentType = contentType
    let time = file.modificationTime
    entityTag =
      "\"" + String(time.seconds, radix: 16) + "." + String(time.nanoseconds, radix: 16) + "-"
      + String(file.size, radix: 16) + "\""
    lastModified = min(HTTPDate(unixSeconds: Int64(time.seconds)), .now)
  }
}
