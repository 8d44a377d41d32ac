// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import HTTPApp
public import NIOCore
import Synchronization

extension EngineIOSession {
  /// Sends a message, and suspends while more than the send buffer's limit waits for the client.
  ///
  /// Order is that of the calls. A cancelled task does not wait; its message is sent all the same.
  ///
  /// - Parameter compress: whether a WebSocket may compress the message, if the server's
  ///   configuration lets it compress at all. Answers to polls are compressed as a whole, and so is
  ///   what has to wait until an upgrade is over.
  /// - Throws: `closed` when the session is over, also while waiting, when nobody can tell whether
  ///   the message arrived; `bufferFull` when a connect handler sends more than the buffer holds;
  ///   `separatorInText` for a text with U+001E, which polling cannot carry.
  public nonisolated(nonsending) func send(
    _ message: EngineIOMessage, compress: Bool = true
  ) async throws(EngineIOSendError) {
    try await finish(push(message, isDroppable: false, compress: compress))
  }

  /// Waits if a message that was sent has to.
  nonisolated(nonsending) func finish(_ outcome: PushOutcome) async throws(EngineIOSendError) {
    switch outcome {
    case .done: return
    case .refused(let error): throw error
    case .waitForSocket(let webSocket):
      do throws(WebSocketError) { try await webSocket.waitUntilWritable() } catch { throw .closed }
    case .waitForRoom:
      try await waitForSendBuffer()
    }
  }

  /// Sends a text message; see `send(_:compress:)`.
  public nonisolated(nonsending) func send(
    _ text: String, compress: Bool = true
  ) async throws(EngineIOSendError) {
    try await send(.text(text), compress: compress)
  }

  /// Sends a binary message; see `send(_:compress:)`.
  public nonisolated(nonsending) func send(
    _ bytes: ByteBuffer, compress: Bool = true
  ) async throws(EngineIOSendError) {
    try await send(.binary(bytes), compress: compress)
  }

  /// Sends a message if there is room for it in the send buffer, and never suspends.
  ///
  /// - Throws: `bufferFull` when there is no room; otherwise as `send(_:compress:)`.
  public func offer(
    _ message: EngineIOMessage, compress: Bool = true
  ) throws(EngineIOSendError) {
    try offer(message, frame: nil, compress: compress)
  }

  func offer(
    _ message: EngineIOMessage, frame: WebSocketMessage?, compress: Bool = true
  ) throws(EngineIOSendError) {
    let outcome = push(message, isDroppable: true, frame: frame, compress: compress)
    if case .refused(let error) = outcome { throw error }
  }

  enum PushOutcome {
    case done
    case waitForSocket(WebSocket)
    case waitForRoom
    case refused(EngineIOSendError)
  }

  private func push(
    _ message: EngineIOMessage, isDroppable: Bool, frame: WebSocketMessage? = nil, compress: Bool
  ) -> PushOutcome {
    withState { state, deferred in
      switch state.machine.send(message, isDroppable: isDroppable) {
      case .send:
        guard let webSocket = state.socket?.webSocket else { return .refused(.closed) }
        let frame =
          (format == .v4 ? frame : nil) ?? Packet.message(message).webSocketMessage(in: format)
        let result = webSocket.offer(
          frame, beyondHighWaterMark: !isDroppable, compress: compress)
        switch result {
        case .full: return .refused(.bufferFull)
        case .closed: return .refused(.closed)
        case .sent, .buffered: state.traffic.sent.count(message)
        }
        return result == .sent ? .done : .waitForSocket(webSocket)
      case .answerPoll(let poll):
        answer(poll, [.message(message)], &state, &deferred)
        return .done
      case .queued(let isAboveHighWaterMark):
        return isAboveHighWaterMark && state.isHandled ? .waitForRoom : .done
      case .refused(let error):
        return .refused(error)
      }
    }
  }

  private nonisolated(nonsending) func waitForSendBuffer() async throws(EngineIOSendError) {
    await wait(in: \.senders) { $0.machine.isOpen && $0.machine.isAboveHighWaterMark }
    if !isOpen { throw .closed }
  }

  /// Suspends the task, unless `isNeeded` is false by now, until it is taken out of the waiters or
  /// cancelled.
  nonisolated(nonsending) func wait(
    in waiters: any WritableKeyPath<State, Waiters> & Sendable, while isNeeded: (State) -> Bool
  ) async {
    let number = state.withLock { $0[keyPath: waiters].makeNumber() }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isWaiting = state.withLock {
          isNeeded($0) && $0[keyPath: waiters].add(number, continuation)
        }
        if !isWaiting { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0[keyPath: waiters].cancel(number) }?.resume()
    }
    if Task.isCancelled { state.withLock { $0[keyPath: waiters].forget(number) } }
  }
}

extension Packet {
  func webSocketMessage(in format: PacketFormat) -> WebSocketMessage {
    switch webSocketFrame(in: format) {
    case .text(let text): .text(text)
    case .binary(let bytes): .binary(bytes)
    }
  }
}
