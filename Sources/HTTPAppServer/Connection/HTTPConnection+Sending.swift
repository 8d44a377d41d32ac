// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension HTTPConnection {
  /// Sends a response whose body is at hand, without the cost of an asynchronous call.
  ///
  /// - Returns: false, with nothing sent, for other kinds of body.
  func sendAtOnce(_ response: Response, for request: ReceivedRequest) -> Bool {
    guard let bytes = response.body.readyBytes else { return false }
    decidePersistence(of: request, response)
    writeHead(response, framing: .contentLength(bytes.readableBytes), for: request)
    if bytes.readableBytes > 0, request.sendsBody(with: response.status) { write(bytes) }
    return true
  }

  /// Sends a response whose body is still to be produced, whole.
  nonisolated(nonsending) func send(_ response: Response, for request: ReceivedRequest) async {
    decidePersistence(of: request, response)
    switch response.body.kind {
    case .empty, .bytes:
      assertionFailure("sendAtOnce sends these")
    case .file(let file, let range):
      writeHead(response, framing: .contentLength(range.count), for: request)
      if request.sendsBody(with: response.status) { await write(file, range) }
    case .stream(let length, let write):
      await stream(response, length: length, write, for: request)
    case .webSocket(let upgrade):
      switchToWebSocket(response, upgrade, for: request)
    }
  }

  /// Decides whether another request may follow.
  private func decidePersistence(of request: ReceivedRequest, _ response: Response) {
    if let body = request.incoming {
      // A stream may read the request while it is written, and then a 100 would be too late.
      if case .stream = response.body.kind, response.status.kind == .successful { body.invite() }
      if !body.canBeDiscarded { request.keepsAlive = false }
    }
    requestCount += 1
    if loop.isShuttingDown || requestCount == configuration.limits.requestsPerConnection {
      request.keepsAlive = false
    }
  }

  /// Writes the head of a response into ``out``.
  func writeHead(
    _ response: Response, framing: ResponseSerializer.Framing, for request: ReceivedRequest
  ) {
    prepareOut()
    ResponseSerializer.writeHead(
      response.status, response.headerFields,
      // A 304 has no body, and what a 200 would have had is for the application to say.
      framing: response.status == .notModified ? .none : framing,
      connection: !request.keepsAlive ? .close : request.isHTTP10 ? .keepAlive : .implied,
      date: loop.dateField, into: &out)
  }

  /// Writes bytes behind the head: copied into the same buffer where that is cheaper.
  func write(_ bytes: ByteBuffer) {
    prepareOut()
    if bytes.readableBytes <= Self.copyLimit {
      ResponseSerializer.writeBody(bytes, into: &out)
    } else {
      writeUncopied(.byteBuffer(bytes))
    }
  }

  func writeChunk(_ bytes: ByteBuffer) {
    prepareOut()
    ResponseSerializer.writeChunkHeader(length: bytes.readableBytes, into: &out)
    write(bytes)
    prepareOut()
    ResponseSerializer.writeChunkEnd(into: &out)
  }

  /// The longest body that is copied behind its head instead of being written on its own.
  static let copyLimit = 16 << 10

  // MARK: Streams

  private nonisolated(nonsending) func stream(
    _ response: Response, length: Int?,
    _ write: @Sendable (inout ResponseWriter) async throws -> Void,
    for request: ReceivedRequest
  ) async {
    let sendsBody = request.sendsBody(with: response.status)
    let isChunked = length == nil && !request.isHTTP10
    if sendsBody, length == nil, !isChunked { request.keepsAlive = false }
    let framing: ResponseSerializer.Framing =
      if let length { .contentLength(length) } else if isChunked { .chunked } else if sendsBody {
        .untilClose
      } else { .none }
    writeHead(response, framing: framing, for: request)
    guard sendsBody else { return }

    let sink = OutgoingBody(connection: self, isChunked: isChunked, length: length)
    var writer = ResponseWriter(sink: sink)
    do {
      try await write(&writer)
      guard phase == .open else { return }
      if let length, sink.written < length { throw StreamError.tooShort(length, sink.written) }
      if isChunked {
        prepareOut()
        ResponseSerializer.writeLastChunk(trailers: writer.trailerFields, into: &out)
      }
    } catch {
      if phase == .open, !Task.isCancelled {
        configuration.logger.error("response stream failed", metadata: ["error": "\(error)"])
      }
      // The client must not take what it has for the whole.
      flush()
      if framing == .untilClose { reset() } else { abort() }
    }
  }

  private enum StreamError: Error, CustomStringConvertible {
    case tooShort(Int, Int)

    var description: String {
      switch self {
      case .tooShort(let declared, let written):
        "the body's declared length is \(declared) bytes, but \(written) were written"
      }
    }
  }

  // MARK: Files

  private nonisolated(nonsending) func write(_ file: OpenFile, _ range: Range<Int>) async {
    do {
      if range.count <= Self.copyLimit {
        let bytes = try file.read(range)
        guard bytes.readableBytes == range.count else { throw OpenFileError.notFound }
        write(bytes)
      } else {
        try await sendFile(file, range)
      }
    } catch {
      if phase == .open {
        configuration.logger.error("sending a file failed", metadata: ["error": "\(error)"])
      }
      flush()
      abort()
    }
  }

  /// Hands the region to the channel, which sends it without copying it through this process.
  private nonisolated(nonsending) func sendFile(
    _ file: OpenFile, _ range: Range<Int>
  ) async throws {
    // The channel is done with the handle when the promise is kept, and until then `file` is here:
    // so all who are sent one file share its one descriptor.
    let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
    defer { _ = try? handle.takeDescriptorOwnership() }
    let region = FileRegion(
      fileHandle: handle, readerIndex: range.lowerBound, endIndex: range.upperBound)
    let promise = executor.loop.makePromise(of: Void.self)
    sending = (file, range.upperBound)
    defer { sending = nil }
    writeUncopied(.fileRegion(region), promise: promise)
    try await promise.futureResult.get()
  }
}

extension OpenFile {
  /// Whether it has been cut since it was opened.
  func isShorter(than end: Int) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size < end
  }
}

extension HTTPConnection: InformationalSender {
  func sendInformational(_ status: HTTPResponse.Status, headerFields: HTTPFields) {
    executor.submit(
      InformationalResponse(connection: self, status: status, headerFields: headerFields))
  }

  /// Tells a client that waits for it to send its body (RFC 9110 section 10.1.1).
  func sendContinue() {
    prepareOut()
    ResponseSerializer.writeInformational(.continue, into: &out)
  }

  private struct InformationalResponse: LoopWork {
    let connection: HTTPConnection
    let status: HTTPResponse.Status
    let headerFields: HTTPFields

    func run() {
      guard connection.phase == .open, connection.isAwaitingResponse else { return }
      connection.prepareOut()
      ResponseSerializer.writeInformational(status, headerFields, into: &connection.out)
    }
  }
}
