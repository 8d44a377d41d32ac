// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Synchronization

extension Request {
  /// Whether the answer may be a document that a browser shows. Browsers say so themselves; of others
  /// it is believed unless they ask for something else.
  var mayBeForDocument: Bool {
    guard method == .get || method == .head else { return false }
    if let destination = headerValue(.secFetchDest) {
      return ["document", "iframe", "frame", "embed", "object"].contains(destination)
    }
    guard let accept = headerValue(.accept), !accept.contains("text/html") else { return true }
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    return name.isEmpty || name.hasSuffix(".html") || name.hasSuffix(".htm")
  }
}

extension HTTPFields {
  /// Removes what asks for a part of a document, for an encoded one, or for none if it is unchanged:
  /// the document that is sent is another one than the file.
  mutating func removePartialAndEncoded() {
    for name: HTTPField.Name in [
      .acceptEncoding, .range, .ifRange, .ifNoneMatch, .ifModifiedSince, .ifMatch,
      .ifUnmodifiedSince,
    ] {
      self[name] = nil
    }
  }

  /// Removes what described the bytes that were changed.
  fileprivate mutating func removeDescription() {
    for name: HTTPField.Name in [
      .contentLength, .eTag, .lastModified, .acceptRanges, .contentDigest, .reprDigest,
    ] {
      self[name] = nil
    }
    self[.cacheControl] = "no-store"
  }
}

extension Response {
  /// Whether this is a whole HTML document in an encoding that has ASCII's bytes.
  var isDocument: Bool {
    guard status != .partialContent, status != .notModified, status != .noContent,
      headerFields[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true,
      let type = headerFields[.contentType]?.lowercased(), type.hasPrefix("text/html"),
      !type.contains("utf-16"), !type.contains("utf-32")
    else { return false }
    if case .webSocket = body.kind { return false }
    return true
  }

  /// Files up to this size are read in one piece.
  private static let wholeFileBytes = 1 << 20

  /// The document with a tag, without what was true of the original alone.
  func injecting(
    for request: Request, _ makeTag: @escaping HTMLInjector.MakeTag
  ) -> Response {
    var response = self
    response.headerFields.removeDescription()
    switch body.kind {
    case .webSocket:
      return self
    case _ where request.method == .head:
      // Its length is only known by making it (RFC 9110 section 9.3.2).
      response.body = .stream { _ in }
    case .empty:
      response.body = ResponseBody(ByteBuffer().injecting(makeTag))
    case .bytes(let bytes):
      response.body = ResponseBody(bytes.injecting(makeTag))
    case .file(let file, let range) where range.count <= Self.wholeFileBytes:
      if let bytes = try? file.read(range) {
        response.body = ResponseBody(bytes.injecting(makeTag))
      } else {
        response = HTTPError(.internalServerError).response
      }
    case .file(let file, let whole):
      response.body = .stream { writer in
        var range = whole
        var injector = HTMLInjector(makeTag: makeTag)
        while !range.isEmpty {
          let part = try file.read(range.prefix(256 << 10))
          guard part.readableBytes > 0 else { break }
          range = range.dropFirst(part.readableBytes)
          try await writer.write(injector.take(part))
        }
        try await writer.write(injector.finish())
      }
    case .stream(_, let produce):
      response.body = .stream { writer in
        let sink = InjectingSink(writer.sink, HTMLInjector(makeTag: makeTag))
        var inner = ResponseWriter(sink: sink)
        inner.trailerFields = writer.trailerFields
        try await produce(&inner)
        writer.trailerFields = inner.trailerFields
        try await sink.finish()
      }
    }
    return response
  }
}

/// Puts a tag into a stream on its way to the host.
///
/// The lock is only ever taken by the one task that writes the stream.
private final class InjectingSink: ResponseSink {
  private let base: any ResponseSink
  private let injector: Mutex<HTMLInjector>

  init(_ base: any ResponseSink, _ injector: HTMLInjector) {
    self.base = base
    self.injector = Mutex(injector)
  }

  nonisolated(nonsending) func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
    let ready = injector.withLock { $0.take(bytes) }
    if ready.readableBytes > 0 { try await base.write(ready) }
  }

  nonisolated(nonsending) func finish() async throws(ResponseWriterError) {
    try await base.write(injector.withLock { $0.finish() })
  }
}

extension ByteBuffer {
  fileprivate func injecting(_ makeTag: @escaping HTMLInjector.MakeTag) -> ByteBuffer {
    var injector = HTMLInjector(makeTag: makeTag)
    var whole = injector.take(self)
    whole.writeImmutableBuffer(injector.finish())
    return whole
  }
}

extension HTTPField.Name {
  /// Fetch Metadata Request Headers.
  fileprivate static let secFetchDest = Self("sec-fetch-dest")!
  /// RFC 9530.
  fileprivate static let contentDigest = Self("content-digest")!
  fileprivate static let reprDigest = Self("repr-digest")!
}
