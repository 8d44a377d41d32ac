// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import NIOCore

extension Representation {
  /// Up to this many bytes are read at once and sent together with the head; more are left to the
  /// host, which need not copy them.
  static let largestInMemory = 64 * 1024

  /// Answers GET or HEAD.
  func response(to request: Request) -> Response {
    switch evaluatePreconditions(of: request) {
    case .failed:
      return Response(status: .preconditionFailed)
    case .notModified:
      return Response(
        status: .notModified, headerFields: [.eTag: entityTag, .cacheControl: Self.cacheControl])
    case .passed:
      break
    }
    switch requestedRange(of: request) {
    case .whole:
      return Response(
        headerFields: headerFields(), body: body(0..<file.size, for: request.method))
    case .part(let range):
      var fields = headerFields()
      fields[.contentRange] =
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
      return Response(
        status: .partialContent, headerFields: fields, body: body(range, for: request.method))
    case .unsatisfiable:
      return Response(
        status: .rangeNotSatisfiable, headerFields: [.contentRange: "bytes */\(file.size)"])
    }
  }

  /// Caches may keep the file, and ask before every use whether it still is the same.
  private static let cacheControl = "no-cache"

  private func headerFields() -> HTTPFields {
    var fields = HTTPFields()
    fields.reserveCapacity(7)
    fields.append(HTTPField(name: .contentType, value: contentType))
    fields.append(HTTPField(name: .eTag, value: entityTag))
    fields.append(HTTPField(name: .lastModified, value: lastModified.description))
    fields.append(HTTPField(name: .cacheControl, value: Self.cacheControl))
    fields.append(HTTPField(name: .acceptRanges, value: "bytes"))
    fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    return fields
  }

  private func body(_ range: Range<Int>, for method: HTTPRequest.Method) -> ResponseBody {
    // The answer to HEAD needs the length alone, which a region tells without being read. A file
    // that shrank since it was opened, or cannot be read, ends as a region in a closed connection,
    // so that nobody takes a part for the whole.
    guard method != .head, range.count <= Self.largestInMemory,
      let bytes = try? file.read(range), bytes.readableBytes == range.count
    else { return .file(file, range: range) }
    return ResponseBody(bytes)
  }
}
