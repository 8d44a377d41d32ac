// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

/// Parses the requests of one HTTP/1 connection, RFC 9112, strictly where laxness is an attack.
///
/// Feed it one buffer that only ever grows at its end: each call of ``next(in:)`` takes one event out
/// of the front. Between calls the consumed bytes may be discarded, unconsumed ones must stay.
///
/// The parser goes on to the next request whatever the last one said. The caller stops after a head
/// whose ``RequestHead/keepsAlive`` is false, and after it has switched protocols.
public struct RequestParser: Sendable {
  /// A piece of a request.
  public enum Event: Sendable {
    case head(RequestHead)
    /// At least one byte of the body, sharing the storage of the buffer it came from.
    case body(ByteBuffer)
    /// The body is complete. Follows every head whose framing is not `none`.
    ///
    /// Trailers that frame are refused, and those that route, authenticate or describe the content
    /// are dropped: RFC 9110 section 6.5.1.
    case end(trailers: HTTPFields?)
  }

  enum State: Sendable {
    case head
    case fixedBody(remaining: Int)
    case chunkHeader
    case chunkBody(remaining: Int)
    case chunkEnd
    case trailers
    case failed
  }

  let limits: Limits
  var state = State.head
  var scanner = HeadScanner()
  var chunks = ChunkProgress()
  private var emptyLines = 0
  private var failure: HTTPParseError?

  /// Creates a parser for one connection.
  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Whether the parser stands between two requests: with an empty buffer the connection is idle,
  /// and an end of input is no truncation.
  public var isBetweenRequests: Bool {
    if case .head = state { true } else { false }
  }

  /// Takes the next event out of `buffer` by moving its reader index; nil if more bytes are needed.
  ///
  /// - Throws: What to answer. The parser stays failed and throws the same error again.
  public mutating func next(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> Event? {
    switch state {
    case .head: return try nextHead(in: &buffer).map(Event.head)
    case .fixedBody(let remaining): return nextFixedBody(remaining, in: &buffer)
    case .chunkHeader, .chunkBody, .chunkEnd, .trailers:
      do throws(HTTPParseError) {
        return try nextChunked(in: &buffer)
      } catch {
        throw fail(error)
      }
    case .failed: throw lastFailure
    }
  }

  /// As ``next(in:)`` where ``isBetweenRequests``, for less: nil also where the parser is not.
  public mutating func nextHead(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> RequestHead? {
    guard isBetweenRequests else { return nil }
    do throws(HTTPParseError) {
      return try scanHead(in: &buffer)
    } catch {
      throw fail(error)
    }
  }

  private var lastFailure: HTTPParseError {
    failure ?? .badRequest("The connection has failed.")
  }

  private mutating func fail(_ error: HTTPParseError) -> HTTPParseError {
    state = .failed
    failure = error
    return error
  }

  @inline(always)
  private mutating func scanHead(
    in buffer: inout ByteBuffer
  ) throws(HTTPParseError) -> RequestHead? {
    var length: Int?
    repeat {
      length = try buffer.withByteView { (bytes) throws(HTTPParseError) -> Int? in
        guard let first = bytes.first else { return nil }
        return first == .carriageReturn ? 0 : try scanner.scan(bytes, limits: limits)
      }
      if length == 0, try !skipEmptyLine(in: &buffer) { return nil }
    } while length == 0
    guard let length, let bytes = buffer.readSlice(length: length) else { return nil }
    let head = RequestHead(bytes: bytes, index: scanner.index)
    scanner = HeadScanner()
    emptyLines = 0
    switch head.bodyFraming {
    case .none: break
    case .contentLength(let length): state = .fixedBody(remaining: length)
    case .chunked:
      state = .chunkHeader
      chunks = ChunkProgress()
    }
    return head
  }

  /// Passes over a CRLF before the request line, RFC 9112 section 2.2.
  ///
  /// - Returns: Whether it is complete.
  @inline(never)
  private mutating func skipEmptyLine(in buffer: inout ByteBuffer) throws(HTTPParseError) -> Bool {
    let isComplete = try buffer.withByteView { (bytes) throws(HTTPParseError) -> Bool in
      try FieldLine.isLineEnd(bytes, at: 0, to: bytes.count)
    }
    guard isComplete else { return false }
    emptyLines += 1
    if emptyLines > limits.leadingEmptyLines {
      throw .badRequest("Too many empty lines stand before the request.")
    }
    buffer.moveReaderIndex(forwardBy: 2)
    return true
  }

  private mutating func nextFixedBody(
    _ remaining: Int, in buffer: inout ByteBuffer
  ) -> Event? {
    if remaining == 0 {
      state = .head
      return .end(trailers: nil)
    }
    guard let slice = buffer.readSlice(length: min(remaining, buffer.readableBytes)),
      slice.readableBytes > 0
    else { return nil }
    state = .fixedBody(remaining: remaining - slice.readableBytes)
    return .body(slice)
  }
}
