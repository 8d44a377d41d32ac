// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

/// The body of a request: a sequence of byte buffers, read once, in order.
///
/// Reading is the back-pressure: a host takes from the network little more than what is read.
/// Bytes that nobody reads are discarded by the host.
public struct RequestBody: AsyncSequence, Sendable {
  public typealias Element = ByteBuffer
  public typealias Failure = RequestBodyError

  private enum Storage {
    case bytes(ByteBuffer)
    case source(any RequestBodySource, length: Int?)
  }

  private let storage: Storage

  /// A body of no bytes.
  public static let empty = RequestBody(ByteBuffer())

  /// A body whose bytes are all there.
  public init(_ bytes: ByteBuffer) {
    storage = .bytes(bytes)
  }

  /// A body that a host delivers as it arrives.
  ///
  /// - Parameter length: the length in bytes, where the request declares it.
  public init(source: some RequestBodySource, length: Int?) {
    storage = .source(source, length: length)
  }

  /// The length in bytes, where the request declares it (RFC 9110 section 8.6).
  public var length: Int? {
    switch storage {
    case .bytes(let bytes): bytes.readableBytes
    case .source(_, let length): length
    }
  }

  /// Whether the request has no body at all.
  public var isEmpty: Bool { length == 0 }

  /// The trailer fields, known once the body has been read to its end (RFC 9110 section 6.5).
  public var trailerFields: HTTPFields? {
    if case .source(let source, _) = storage { source.trailerFields } else { nil }
  }

  /// Reads the whole body into one buffer.
  ///
  /// - Parameter limit: the largest number of bytes to accept.
  /// - Throws: ``RequestBodyError/tooLarge(limit:)``, which answers 413 unless caught, as soon as
  ///   the declared or the received length exceeds `limit`; otherwise what reading throws.
  public nonisolated(nonsending) func collect(
    upTo limit: Int
  ) async throws(RequestBodyError) -> ByteBuffer {
    if let length, length > limit { throw .tooLarge(limit: limit) }
    switch storage {
    case .bytes(let bytes):
      return bytes
    case .source(let source, _):
      guard var whole = try await source.next() else { return ByteBuffer() }
      while let part = try await source.next() {
        guard whole.readableBytes + part.readableBytes <= limit else {
          throw .tooLarge(limit: limit)
        }
        whole.writeImmutableBuffer(part)
      }
      guard whole.readableBytes <= limit else { throw .tooLarge(limit: limit) }
      return whole
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    switch storage {
    case .bytes(let bytes): AsyncIterator(bytes: bytes, source: nil)
    case .source(let source, _): AsyncIterator(bytes: nil, source: source)
    }
  }

  /// Iterates over the parts of a body.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var bytes: ByteBuffer?
    private let source: (any RequestBodySource)?

    init(bytes: ByteBuffer?, source: (any RequestBodySource)?) {
      self.bytes = bytes
      self.source = source
    }

    /// The next part, never empty; nil at the end of the body.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(RequestBodyError) -> ByteBuffer? {
      if let source { return try await source.next() }
      defer { bytes = nil }
      return bytes.flatMap { $0.readableBytes > 0 ? $0 : nil }
    }
  }
}

/// Delivers a request's body; implemented by hosts.
public protocol RequestBodySource: AnyObject, Sendable {
  /// The next part, never empty; nil at the end, and again after it.
  nonisolated(nonsending) func next() async throws(RequestBodyError) -> ByteBuffer?

  /// The trailer fields, once the end was reached.
  var trailerFields: HTTPFields? { get }
}

/// Why a request's body could not be read.
public enum RequestBodyError: HTTPResponseError, Hashable {
  /// The body is longer than `limit` bytes; answers 413.
  case tooLarge(limit: Int)
  /// The trailer fields are too many or too large; answers 431.
  case trailersTooLarge
  /// The bytes do not follow the framing of the request; answers 400.
  case malformed(String)
  /// The client took too long to send it; answers 408.
  case timedOut
  /// The connection ended before the body did.
  case connectionClosed

  public var response: Response {
    switch self {
    case .tooLarge(let limit):
      .text("The request body exceeds \(limit) bytes.\n", status: .contentTooLarge)
    case .trailersTooLarge:
      .text("The trailer fields are too large.\n", status: .requestHeaderFieldsTooLarge)
    case .malformed(let reason): .text(reason + "\n", status: .badRequest)
    case .timedOut:
      .text("The request body took too long to arrive.\n", status: .requestTimeout)
    case .connectionClosed: Response(status: .badRequest)
    }
  }
}
