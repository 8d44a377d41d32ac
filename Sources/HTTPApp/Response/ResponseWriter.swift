// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

/// Writes the body of a streamed response. It cannot be copied or kept: the body ends where the
/// closure that was given the writer returns.
public struct ResponseWriter: ~Copyable {
  /// Where the bytes go, for middleware that puts another sink before it.
  package let sink: any ResponseSink

  /// Trailer fields, sent after the body where the framing allows it (RFC 9110 section 6.5).
  public var trailerFields: HTTPFields = [:]

  /// Creates a writer, as a host does.
  public init(sink: some ResponseSink) {
    self.sink = sink
  }

  /// Writes bytes; suspends while the client is slow to take what was written before.
  ///
  /// - Throws: ``ResponseWriterError``; letting it pass is the right answer to it.
  public nonisolated(nonsending) mutating func write(
    _ bytes: ByteBuffer
  ) async throws(ResponseWriterError) {
    guard bytes.readableBytes > 0 else { return }
    try await sink.write(bytes)
  }

  /// Writes text as UTF-8.
  public nonisolated(nonsending) mutating func write(
    _ text: String
  ) async throws(ResponseWriterError) {
    try await write(ByteBuffer(string: text))
  }
}

/// Takes the bytes of a streamed response; implemented by hosts.
public protocol ResponseSink: AnyObject, Sendable {
  /// Takes bytes for sending; suspends above the host's high-water mark.
  nonisolated(nonsending) func write(_ bytes: ByteBuffer) async throws(ResponseWriterError)
}

/// Why a streamed response could not be written.
public enum ResponseWriterError: Error, Hashable {
  /// The client went away.
  case connectionClosed
  /// More bytes were written than the response's declared length.
  case lengthExceeded(declared: Int)
}
