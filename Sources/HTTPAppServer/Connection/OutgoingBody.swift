// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import NIOCore

/// The body of a streamed response: frames what the application writes and holds it back while the
/// client is slow.
///
/// `@unchecked Sendable`: touched on the loop's thread only, where `write` hops first.
final class OutgoingBody: ResponseSink, @unchecked Sendable {
  private let connection: HTTPConnection
  private let isChunked: Bool
  private let length: Int?
  private(set) var written = 0

  init(connection: HTTPConnection, isChunked: Bool, length: Int?) {
    self.connection = connection
    self.isChunked = isChunked
    self.length = length
  }

  nonisolated(nonsending) func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
    if connection.executor.loop.inEventLoop {
      try writeOnLoop(bytes)
      if !connection.isBackedUp { return }
    } else {
      try await withTaskExecutorPreference(connection.executor) { self.resultOnLoop(bytes) }.get()
    }
    // Also on the loop's thread: whoever waits may be an actor or a task that resumes elsewhere.
    let isClosed = await withTaskExecutorPreference(connection.executor) {
      if self.connection.isBackedUp { await self.connection.waitUntilWritable() }
      return self.connection.phase == .closed
    }
    if isClosed { throw .connectionClosed }
  }

  private func resultOnLoop(_ bytes: ByteBuffer) -> Result<Void, ResponseWriterError> {
    do {
      return .success(try writeOnLoop(bytes))
    } catch {
      return .failure(error)
    }
  }

  private func writeOnLoop(_ bytes: ByteBuffer) throws(ResponseWriterError) {
    guard connection.phase == .open else { throw .connectionClosed }
    if let length, written + bytes.readableBytes > length {
      throw .lengthExceeded(declared: length)
    }
    written += bytes.readableBytes
    if isChunked {
      connection.writeChunk(bytes)
    } else {
      connection.write(bytes)
    }
  }
}
