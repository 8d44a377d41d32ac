// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import NIOCore
import Synchronization

/// A file as a selected representation (RFC 9110 section 3.2): what answers are made from, ready to
/// be sent.
final class Representation: Sendable {
  /// Where it is.
  let place: Place
  /// Which file it is, and in which state.
  let status: OpenFile.Status
  /// The content coding of a compressed sibling.
  let coding: String?
  let contentType: String
  /// Strong: it changes with every change of the size or of the time of modification, which file
  /// systems keep in nanoseconds.
  let entityTag: String
  /// Never in the future (RFC 9110 section 8.8.2.1), whatever the file system says.
  let lastModified: HTTPDate
  /// Those of a 200.
  let headerFields: HTTPFields
  /// Those of a 304 (RFC 9110 section 15.4.5).
  let notModifiedFields: HTTPFields
  /// Whether its content is kept in memory once it was sent.
  let isKeptInMemory: Bool

  private let shared: Mutex<Shared>

  /// What is the same for all representations of a file, and for many files.
  struct Attributes {
    var contentType: String
    var cacheControl: String
    /// Whether what is sent depends on Accept-Encoding.
    var varies: Bool
    var additional: HTTPFields
    var largestInMemory: Int
  }

  /// What all who send it have in common.
  private struct Shared {
    var bytes: ByteBuffer?
    weak var file: OpenFile?
  }

  init(of file: OpenFile, at place: Place, coding: String? = nil, _ attributes: Attributes) {
    self.place = place
    self.coding = coding
    shared = Mutex(Shared(file: file))
    status = file.status
    contentType = attributes.contentType
    let (seconds, nanoseconds) = file.modificationTime
    entityTag =
      "\"" + String(seconds, radix: 16) + "." + String(nanoseconds, radix: 16) + "-"
      + String(file.size, radix: 16) + (coding.map { "-" + $0 } ?? "") + "\""
    lastModified = min(HTTPDate(unixSeconds: Int64(seconds)), .now)
    isKeptInMemory = file.size <= attributes.largestInMemory

    var both = HTTPFields()
    both.append(HTTPField(name: .eTag, value: entityTag))
    both.append(HTTPField(name: .cacheControl, value: attributes.cacheControl))
    if attributes.varies { both.append(HTTPField(name: .vary, value: "accept-encoding")) }
    notModifiedFields = both

    var fields = HTTPFields()
    fields.append(HTTPField(name: .contentType, value: contentType))
    if let coding { fields.append(HTTPField(name: .contentEncoding, value: coding)) }
    for field in both { fields.append(field) }
    fields.append(HTTPField(name: .lastModified, value: lastModified.description))
    fields.append(HTTPField(name: .acceptRanges, value: "bytes"))
    fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    for field in attributes.additional { fields.append(field) }
    headerFields = fields
  }

  /// Bytes.
  var size: Int { status.size }

  /// The memory that it takes, in bytes, once its content is there too.
  var cost: Int { 2048 + place.path.utf8.count + (isKeptInMemory ? size : 0) }

  /// The content, where it is in memory.
  var bytes: ByteBuffer? { shared.withLock { $0.bytes } }

  /// Keeps the content for the requests to come, unless the file was changed so recently that a
  /// second change might not show in its time.
  func keep(_ bytes: ByteBuffer) {
    let now = HTTPDate.now.unixSeconds
    guard isKeptInMemory, !(now - 2...now + 2).contains(Int64(status.modified.seconds)) else {
      return
    }
    shared.withLock { $0.bytes = bytes }
  }

  /// The open file: the one that others are being sent from, or else opened by `open`.
  ///
  /// - Returns: nil where another file is there now, or the same in another state.
  /// - Throws: what `open` throws.
  func openFile(
    _ open: (Place) throws(OpenFileError) -> OpenFile
  ) throws(OpenFileError) -> OpenFile? {
    if let file = shared.withLock({ $0.file }) { return file.isUnchanged ? file : nil }
    let file = try open(place)
    guard file.status == status else { return nil }
    return share(file)
  }

  /// Makes an open file the one that is shared, where none is.
  ///
  /// - Returns: the one that is.
  @discardableResult
  func share(_ file: OpenFile) -> OpenFile {
    shared.withLock { shared in
      if let other = shared.file { return other }
      shared.file = file
      return file
    }
  }
}
