// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore

extension FileStore {
  /// Answers GET or HEAD from a file.
  ///
  /// - Parameter open: the file itself, where it was opened to look it up.
  /// - Returns: nil where the file has changed since it was looked up.
  func respond(
    to request: Request, from file: ServedFile, _ open: OpenFile?
  ) throws(OpenFileError) -> Response? {
    let representation =
      file.compressed.isEmpty
      ? file.original : file.representation(for: request.headerValue(.acceptEncoding))
    switch representation.evaluatePreconditions(of: request) {
    case .failed:
      return Response(status: .preconditionFailed)
    case .notModified:
      return Response(status: .notModified, headerFields: representation.notModifiedFields)
    case .passed:
      break
    }
    switch ranges(representation, of: request) {
    case .whole:
      let body = try body(
        representation, 0..<representation.size, for: request.method, open)
      return body.map { Response(headerFields: representation.headerFields, body: $0) }
    case .parts(let parts):
      return try respond(with: parts, of: representation, open)
    case .unsatisfiable:
      return Response(
        status: .rangeNotSatisfiable,
        headerFields: [.contentRange: "bytes */\(representation.size)"])
    }
  }

  /// The Range field of a GET, where If-Range allows it (RFC 9110 section 14.2).
  private func ranges(_ representation: Representation, of request: Request) -> ByteRanges {
    guard request.method == .get, let value = request.headerValue(.range),
      representation.matchesIfRange(of: request)
    else { return .whole }
    return ByteRanges(
      value, size: representation.size, maximum: configuration.maximumRanges)
  }

  private func respond(
    with parts: [Range<Int>], of representation: Representation, _ open: OpenFile?
  ) throws(OpenFileError) -> Response? {
    var fields = representation.headerFields
    if parts.count == 1 {
      fields[.contentRange] = representation.contentRange(parts[0])
      let body = try body(representation, parts[0], for: .get, open)
      return body.map {
        Response(status: .partialContent, headerFields: fields, body: $0)
      }
    }
    let message = MultipartRanges(parts, of: representation)
    fields[.contentType] = message.contentType
    if let bytes = representation.bytes {
      return Response(
        status: .partialContent, headerFields: fields, body: ResponseBody(message.body(of: bytes)))
    }
    guard let file = try self.open(representation, open) else { return nil }
    return Response(
      status: .partialContent, headerFields: fields,
      body: .stream(length: message.length) { writer in try await message.write(file, to: &writer) }
    )
  }
}

extension Representation {
  /// RFC 9110 section 14.4.
  func contentRange(_ range: Range<Int>) -> String {
    "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
  }
}
