// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
import NIOCore
import Synchronization

/// Middleware that tells of every request when its answer is over: at once for bytes and files, at
/// the end of a stream or a WebSocket.
///
/// ```swift
/// let app = Stack {
///   AccessLog { print($0) }
///   existingApp
/// }
/// ```
///
/// Outermost in a stack it sees what all the others answer. What a host refuses by itself, such as a
/// malformed request, reaches no middleware.
public struct AccessLog: HTTPMiddleware {
  private let write: @Sendable (AccessLogEntry) -> Void

  /// Creates an access log.
  ///
  /// - Parameter write: called once a request, from any thread, perhaps an event loop: it must not
  ///   block.
  public init(_ write: @escaping @Sendable (AccessLogEntry) -> Void) {
    self.write = write
  }

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    let start = ContinuousClock.now
    do {
      return log(try await next.respond(to: request), to: request, since: start)
    } catch {
      let response = (error as? any HTTPResponseError)?.response
      let status = response?.status ?? .internalServerError
      write(
        AccessLogEntry(
          request: request, status: status,
          bodyBytes: request.hasAnswerBody(status) ? response?.body.length : 0,
          duration: .now - start, isAborted: Task.isCancelled))
      throw error
    }
  }

  private func log(
    _ response: Response, to request: Request, since start: ContinuousClock.Instant
  ) -> Response {
    var response = response
    switch response.body.kind {
    case .webSocket where !request.isWebSocketUpgrade:
      write(
        AccessLogEntry(
          request: request, status: .upgradeRequired, bodyBytes: nil, duration: .now - start,
          isAborted: false))
    case .webSocket(var upgrade):
      let entry = OpenEntry(request, response.status, since: start, write)
      upgrade.handler = { [handler = upgrade.handler] socket in
        try await entry.close(after: { try await handler(socket) })
      }
      response.body = .webSocket(upgrade)
    case .stream(let length, let produce):
      let entry = OpenEntry(request, response.status, since: start, write)
      response.body = .stream(length: length) { writer in
        let sink = CountingSink(writer.sink)
        var counted = ResponseWriter(sink: sink)
        counted.trailerFields = writer.trailerFields
        do {
          try await produce(&counted)
        } catch {
          entry.close(bodyBytes: sink.count, isAborted: true)
          throw error
        }
        entry.close(bodyBytes: sink.count, isAborted: false)
        writer.trailerFields = counted.trailerFields
      }
    case .empty, .bytes, .file:
      write(
        AccessLogEntry(
          request: request, status: response.status,
          bodyBytes: request.hasAnswerBody(response.status) ? response.body.length : 0,
          duration: .now - start, isAborted: Task.isCancelled))
    }
    return response
  }
}

/// What an ``AccessLog`` tells of one request.
public struct AccessLogEntry: Sendable, CustomStringConvertible {
  /// The request as it reached the middleware, with the peer in ``Request/connection``.
  public let request: Request
  /// The status of the answer; 500 for an error that is answered so.
  public let status: HTTPResponse.Status
  /// Bytes of the body as the application made it, those of a stream as they were written; nil where
  /// that is unknown, as for a WebSocket.
  public let bodyBytes: Int?
  /// From the request's arrival at the middleware until the application was done with it; sending
  /// what it left may take longer.
  public let duration: Duration
  /// Whether the client had gone, or a stream or a WebSocket's handler failed.
  public let isAborted: Bool

  /// Creates an entry from its parts.
  public init(
    request: Request, status: HTTPResponse.Status, bodyBytes: Int?, duration: Duration,
    isAborted: Bool
  ) {
    self.request = request
    self.status = status
    self.bodyBytes = bodyBytes
    self.duration = duration
    self.isAborted = isAborted
  }

  /// One line: `192.0.2.1:50312 "GET /search?q=1 HTTP/1.1" 200 1234 532us`, then `aborted` where it
  /// was, and `-` for what is unknown.
  public var description: String {
    let peer = request.connection.peerAddress.map(\.description) ?? "-"
    let bytes = bodyBytes.map(String.init) ?? "-"
    let line = "\(request.method.rawValue) \(request.target) \(request.httpVersion)"
    let microseconds = duration / .microseconds(1)
    return "\(peer) \"\(line)\" \(status.code) \(bytes) \(Int64(microseconds))us"
      + (isAborted ? " aborted" : "")
  }
}

/// An entry whose answer is not over. A host need not run what would end it, the stream that answers
/// a HEAD for instance: then the answer is over when the host lets go of it.
private final class OpenEntry: Sendable {
  private let request: Request
  private let status: HTTPResponse.Status
  private let start: ContinuousClock.Instant
  private let write: @Sendable (AccessLogEntry) -> Void
  private let isClosed = Atomic(false)

  init(
    _ request: Request, _ status: HTTPResponse.Status, since start: ContinuousClock.Instant,
    _ write: @escaping @Sendable (AccessLogEntry) -> Void
  ) {
    self.request = request
    self.status = status
    self.start = start
    self.write = write
  }

  deinit {
    close(bodyBytes: 0, isAborted: request.hasAnswerBody(status))
  }

  func close(bodyBytes: Int?, isAborted: Bool) {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    write(
      AccessLogEntry(
        request: request, status: status, bodyBytes: bodyBytes, duration: .now - start,
        isAborted: isAborted))
  }

  nonisolated(nonsending) func close(
    after body: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    do {
      try await body()
    } catch {
      close(bodyBytes: nil, isAborted: true)
      throw error
    }
    close(bodyBytes: nil, isAborted: false)
  }
}

extension Request {
  /// Whether an answer with `status` has a body (RFC 9110 section 6.4.1).
  fileprivate func hasAnswerBody(_ status: HTTPResponse.Status) -> Bool {
    method != .head && status != .noContent && status != .notModified
  }
}

/// Counts what passes on its way to the host.
private final class CountingSink: ResponseSink {
  private let base: any ResponseSink
  private let written = Atomic(0)

  init(_ base: any ResponseSink) {
    self.base = base
  }

  var count: Int { written.load(ordering: .relaxed) }

  nonisolated(nonsending) func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
    try await base.write(bytes)
    written.add(bytes.readableBytes, ordering: .relaxed)
  }
}
