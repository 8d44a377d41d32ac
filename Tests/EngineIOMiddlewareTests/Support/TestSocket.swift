// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization

/// Both ends of a WebSocket without a network: the host's for the application, the client's for
/// the test.
final class TestSocket: WebSocketTransport {
  private struct State {
    var toServer: [WebSocketMessage] = []
    var toClient: [WebSocketMessage] = []
    var uncompressed: [WebSocketMessage] = []
    var closure: WebSocket.Closure?
    var failure: WebSocketError?
    var receiver: UnsafeContinuation<Void, Never>?
    var client: UnsafeContinuation<Void, Never>?
    var writers: [UnsafeContinuation<Void, Never>] = []
    var isStalled = false
    var onClose: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())
  let executor: (any TaskExecutor)?

  init(executor: (any TaskExecutor)?) {
    self.executor = executor
  }

  // MARK: The client's end

  func send(_ text: String) { send(.text(text)) }

  func send(_ message: WebSocketMessage) {
    state.withLock { state in
      state.toServer.append(message)
      return state.receiver.take()
    }?.resume()
  }

  /// The next message; `nil` when the WebSocket was closed.
  func next() async -> WebSocketMessage? {
    while true {
      let (message, isClosed) = state.withLock { state in
        (state.toClient.isEmpty ? nil : state.toClient.removeFirst(), state.closure != nil)
      }
      if message != nil || isClosed { return message }
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.toClient.isEmpty || state.closure != nil { return true }
          state.client = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    }
  }

  /// The next message as text.
  func text() async -> String? {
    if case .text(let text) = await next() { text } else { nil }
  }

  /// Those of the messages that were not to be compressed.
  var uncompressed: [WebSocketMessage] { state.withLock(\.uncompressed) }

  /// Closes as a client does.
  func close() {
    finish(WebSocket.Closure(code: .noStatusReceived, byPeer: true), failure: nil)
  }

  /// Breaks the connection.
  func fail(_ error: WebSocketError) {
    finish(WebSocket.Closure(code: .abnormalClosure, byPeer: true), failure: error)
  }

  /// Stops or starts taking messages.
  func setStalled(_ isStalled: Bool) {
    let writers = state.withLock { state in
      state.isStalled = isStalled
      defer { if !isStalled { state.writers = [] } }
      return isStalled ? [] : state.writers
    }
    for writer in writers { writer.resume() }
  }

  /// Whether somebody waits for this end to take messages.
  var hasWriters: Bool { state.withLock { !$0.writers.isEmpty } }

  /// Sets what runs, once, in the middle of the host's call that closes.
  func onClose(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.onClose = body }
  }

  // MARK: The host's end

  func receive() async throws(WebSocketError) -> WebSocketMessage? {
    while true {
      let (message, closure, failure) = state.withLock { state in
        (
          state.toServer.isEmpty ? nil : state.toServer.removeFirst(), state.closure, state.failure
        )
      }
      if let message { return message }
      if let failure { throw failure }
      if closure != nil { return nil }
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.toServer.isEmpty || state.closure != nil { return true }
          state.receiver = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    }
  }

  func offer(_ message: WebSocketMessage, beyondHighWaterMark: Bool) -> WebSocket.OfferResult {
    let (result, client) = state.withLock {
      state -> (WebSocket.OfferResult, UnsafeContinuation<Void, Never>?) in
      if state.closure != nil { return (.closed, nil) }
      if state.isStalled && !beyondHighWaterMark { return (.full, nil) }
      state.toClient.append(message)
      return (state.isStalled ? .buffered : .sent, state.client.take())
    }
    client?.resume()
    return result
  }

  func offerUncompressed(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    state.withLock { $0.uncompressed.append(message) }
    return offer(message, beyondHighWaterMark: beyondHighWaterMark)
  }

  func waitUntilWritable() async throws(WebSocketError) {
    await withUnsafeContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isStalled || state.closure != nil { return true }
        state.writers.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
    if closure != nil { throw .closed }
  }

  func waitUntilDrained() async throws(WebSocketError) { try await waitUntilWritable() }

  func close(_ code: WebSocket.CloseCode, reason: String) {
    state.withLock { $0.onClose.take() }?()
    finish(WebSocket.Closure(code: code, reason: reason, byPeer: false), failure: nil)
  }

  var bufferedBytes: Int { 0 }
  var closure: WebSocket.Closure? { state.withLock(\.closure) }

  private func finish(_ closure: WebSocket.Closure, failure: WebSocketError?) {
    let waiting = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
      guard state.closure == nil else { return [] }
      state.closure = closure
      state.failure = failure
      defer { state.writers = [] }
      return [state.receiver.take(), state.client.take()].compactMap { $0 } + state.writers
    }
    for continuation in waiting { continuation.resume() }
  }
}
