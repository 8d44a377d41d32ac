// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import WebSocketCodec

// MARK: From anywhere

extension WebSocketConnection {
  func offer(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    offer(message, beyondHighWaterMark: beyondHighWaterMark, compress: true)
  }

  func offerUncompressed(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    offer(message, beyondHighWaterMark: beyondHighWaterMark, compress: false)
  }

  private func offer(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool, compress: Bool
  ) -> WebSocket.OfferResult {
    if loopExecutor.loop.inEventLoop, !loopExecutor.hasPostedWork {
      return write(message, beyondHighWaterMark: beyondHighWaterMark, compress: compress)
    }
    let bytes = message.byteCount
    let result = shared.withLock { shared -> WebSocket.OfferResult in
      if shared.isClosing { return .closed }
      let isFull = shared.isFull || shared.posted >= options.highWaterMark
      if isFull, !beyondHighWaterMark { return .full }
      shared.posted += bytes
      return isFull || shared.posted >= options.highWaterMark ? .buffered : .sent
    }
    if result == .sent || result == .buffered {
      loopExecutor.submit(PostedMessage(webSocket: self, message: message, compress: compress))
    }
    return result
  }

  nonisolated(nonsending) func waitUntilWritable() async throws(WebSocketError) {
    let isOpen = await withTaskExecutorPreference(loopExecutor) {
      // What was posted has not been written yet, and so would not be waited for.
      await self.loopExecutor.catchUp()
      guard self.end == nil, let connection = self.connection else { return false }
      await connection.waitUntilWritable()
      return self.end == nil
    }
    if !isOpen { throw .closed }
  }

  nonisolated(nonsending) func waitUntilDrained() async throws(WebSocketError) {
    let isDrained = await withTaskExecutorPreference(loopExecutor) {
      await self.loopExecutor.catchUp()
      guard self.end == nil, let connection = self.connection else { return false }
      return await connection.waitUntilTaken()
    }
    if !isDrained { throw .closed }
  }

  var bufferedBytes: Int {
    let posted = shared.withLock(\.posted)
    return loopExecutor.loop.inEventLoop ? posted + (connection?.bufferedBytes ?? 0) : posted
  }

  private struct PostedMessage: LoopWork {
    let webSocket: WebSocketConnection
    let message: WebSocketMessage
    let compress: Bool

    func run() { webSocket.writePosted(message, compress: compress) }
  }
}

// MARK: On the loop

extension WebSocketConnection {
  private func write(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool, compress: Bool
  ) -> WebSocket.OfferResult {
    guard end == nil, let connection, connection.phase == .open else {
      return .closed
    }
    if !beyondHighWaterMark, connection.isBackedUp {
      connection.flush()
      if connection.isBackedUp { return .full }
    }
    connection.prepareOut()
    switch message {
    case .text(let text):
      machine.write(text: text, compress: compress, into: &connection.out)
    case .binary(let bytes):
      let rest = machine.write(
        binary: bytes, compress: compress, detachingFrom: HTTPConnection.copyLimit,
        into: &connection.out)
      if let rest { connection.writeUncopied(.byteBuffer(rest)) }
    }
    return connection.isBackedUp ? .buffered : .sent
  }

  private func writePosted(_ message: WebSocketMessage, compress: Bool) {
    _ = write(message, beyondHighWaterMark: true, compress: compress)
    let isFull = connection?.isBackedUp ?? true
    isMarkedFull = isFull
    shared.withLock { shared in
      shared.posted -= message.byteCount
      shared.isFull = isFull
    }
  }

  /// What was buffered has been handed to the channel.
  func flushed() {
    guard isMarkedFull, connection?.isBackedUp == false else { return }
    isMarkedFull = false
    shared.withLock { $0.isFull = false }
  }

  /// The channel has room again.
  func becameWritable() {
    flushed()
    guard let connection, let payload = unansweredPing else { return }
    unansweredPing = nil
    connection.prepareOut()
    machine.write(pong: payload, into: &connection.out)
  }
}
