// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore

extension FileStore {
  /// The content of a representation, or a range of it, as a body.
  ///
  /// - Parameter open: the file, where it was opened just now.
  /// - Returns: nil where the file has changed since the representation was made.
  func body(
    _ representation: Representation, _ range: Range<Int>, for method: HTTPRequest.Method,
    _ open: OpenFile?
  ) throws(OpenFileError) -> ResponseBody? {
    if let bytes = representation.bytes, let slice = bytes.getSlice(range) {
      return ResponseBody(slice)
    }
    if range.isEmpty { return .empty }
    // The answer to HEAD needs the length alone; nothing is opened for it.
    if method == .head { return .stream(length: range.count) { _ in } }
    guard let file = try self.open(representation, open) else { return nil }
    guard range.count <= configuration.largestInMemory else { return .file(file, range: range) }
    let wanted = representation.isKeptInMemory ? 0..<representation.size : range
    // A file that shrank since it was opened, or cannot be read, ends as a region in a closed
    // connection, so that nobody takes a part for the whole.
    guard let bytes = try? file.read(wanted), bytes.readableBytes == wanted.count else {
      return .file(file, range: range)
    }
    representation.keep(bytes)
    return ResponseBody((representation.isKeptInMemory ? bytes.getSlice(range) : nil) ?? bytes)
  }

  /// The open file of a representation; nil where it has changed or is gone.
  func open(
    _ representation: Representation, _ open: OpenFile?
  ) throws(OpenFileError) -> OpenFile? {
    // Files that grow all the time, such as logs, are sent as they were when they were opened.
    if let open, open.status == representation.status { return representation.share(open) }
    do {
      return try representation.openFile { (place) throws(OpenFileError) in
        try files.openFile(place)
      }
    } catch {
      if case .system = error { throw error }
      return nil
    }
  }
}

extension ByteBuffer {
  /// A range of the readable bytes, counted from the first of them.
  func getSlice(_ range: Range<Int>) -> ByteBuffer? {
    range.count == readableBytes
      ? self : getSlice(at: readerIndex + range.lowerBound, length: range.count)
  }
}
