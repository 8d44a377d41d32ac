// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore

/// The body of a request that is still arriving: what was received and not yet read.
///
/// `@unchecked Sendable`: touched on the loop's thread only, where `next` hops first. The trailer
/// fields are set before the end is handed out and not changed after it.
final class IncomingBody: RequestBodySource, @unchecked Sendable {
  private weak var connection: HTTPConnection?
  private let executor: LoopExecutor
  private let waiting: WaitList
  private var parts = CircularBuffer<ByteBuffer>()
  private var buffered = 0
  private var end: End?
  /// Whether the client waits for a 100 before it sends (RFC 9110 section 10.1.1).
  private var awaitsContinue: Bool
  private(set) var isDiscarding = false
  private var discarded = 0

  private(set) var trailerFields: HTTPFields?

  private enum End {
    case complete
    case failed(RequestBodyError)
  }

  /// Unread bytes above which the connection stops reading.
  private static let highWaterMark = 64 << 10
  /// Bytes that are read and thrown away rather than closing the connection.
  private static let discardLimit = 256 << 10

  init(connection: HTTPConnection, awaitsContinue: Bool) {
    self.connection = connection
    self.awaitsContinue = awaitsContinue
    executor = connection.executor
    waiting = WaitList(executor: executor)
  }

  // MARK: The application's side

  nonisolated(nonsending) func next() async throws(RequestBodyError) -> ByteBuffer? {
    if executor.loop.inEventLoop, let ready = takeReady() { return try ready.get() }
    let result =
      if let connection, connection.isOwnTask(#isolation) {
        await resultOnLoop(ofOwnTask: true)
      } else {
        await withTaskExecutorPreference(executor) { await self.resultOnLoop(ofOwnTask: false) }
      }
    return try result.get()
  }

  /// What can be handed out without waiting.
  private func takeReady() -> Result<ByteBuffer?, RequestBodyError>? {
    if let part = parts.popFirst() {
      buffered -= part.readableBytes
      connection?.resumeReading()
      return .success(part)
    }
    switch end {
    case .complete: return .success(nil)
    case .failed(let error): return .failure(error)
    case nil: return isDiscarding ? .failure(.connectionClosed) : nil
    }
  }

  private nonisolated(nonsending) func resultOnLoop(ofOwnTask isOwnTask: Bool) async -> Result<
    ByteBuffer?, RequestBodyError
  > {
    while true {
      if let ready = takeReady() { return ready }
      if Task.isCancelled { return .failure(.connectionClosed) }
      // Behind the head of a response it would become part of its body.
      if connection?.isAwaitingResponse == true { invite() }
      await isOwnTask ? waiting.waitForWake() : waiting.wait()
    }
  }

  // MARK: The connection's side

  /// Whether it is the client's turn to send.
  var isAwaited: Bool { wantsToRead && !awaitsContinue }

  var wantsToRead: Bool { buffered < Self.highWaterMark || isDiscarding }

  func receive(_ bytes: ByteBuffer) {
    // A client that sends without waiting for the 100 needs none.
    awaitsContinue = false
    if isDiscarding {
      discarded += bytes.readableBytes
      if discarded > Self.discardLimit { connection?.closeLingering() }
    } else {
      parts.append(bytes)
      buffered += bytes.readableBytes
      waiting.wakeOne()
    }
  }

  func end(_ trailers: HTTPFields?) {
    trailerFields = trailers
    end = .complete
    waiting.wakeAll()
  }

  func fail(_ error: RequestBodyError) {
    guard end == nil else { return }
    end = .failed(error)
    waiting.wakeAll()
  }

  /// Tells a client that waits for it to send the body.
  func invite() {
    guard awaitsContinue, end == nil else { return }
    awaitsContinue = false
    connection?.sendContinue()
  }

  /// Whether the connection can go on once the rest has been thrown away. It cannot when the
  /// client was never told to send: nobody knows then whether it will.
  var canBeDiscarded: Bool {
    switch end {
    case .complete: true
    case .failed: false
    case nil: !awaitsContinue
    }
  }

  var isComplete: Bool {
    if case .complete = end { true } else { false }
  }

  /// Throws away what is unread and what still comes; nobody reads any more.
  func discard() {
    isDiscarding = true
    discarded = buffered
    buffered = 0
    parts.removeAll()
    waiting.wakeAll()
    connection?.resumeReading()
  }
}
