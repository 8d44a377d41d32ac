// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  /// Sends messages that belong together, and suspends as `send(_:compress:)` does: all of them are
  /// taken, or none, and no other message gets between them. One poll takes them in one payload; a
  /// WebSocket gets their frames in one batch.
  ///
  /// A group counts for the send buffer's limits as one message does: it is taken as a whole.
  ///
  /// - Parameter compress: as in `send(_:compress:)`.
  /// - Throws: as `send(_:compress:)`; when it throws `closed`, nobody can tell which of them arrived.
  public nonisolated(nonsending) func send(
    contentsOf messages: some Sequence<EngineIOMessage>, compress: Bool = true
  ) async throws(EngineIOSendError) {
    try await finish(push(contentsOf: Array(messages), isDroppable: false, compress: compress))
  }

  /// Sends messages that belong together if there is room in the send buffer, and never suspends;
  /// see `send(contentsOf:)`.
  ///
  /// - Throws: `bufferFull` when there is no room; otherwise as `send(contentsOf:)`.
  public func offer(
    contentsOf messages: some Sequence<EngineIOMessage>, compress: Bool = true
  ) throws(EngineIOSendError) {
    let outcome = push(contentsOf: Array(messages), isDroppable: true, compress: compress)
    if case .refused(let error) = outcome { throw error }
  }

  private func push(
    contentsOf messages: [EngineIOMessage], isDroppable: Bool, compress: Bool
  ) -> PushOutcome {
    withState { state, deferred in
      guard !messages.isEmpty else { return state.machine.isOpen ? .done : .refused(.closed) }
      switch state.machine.send(contentsOf: messages, isDroppable: isDroppable) {
      case .send:
        guard let webSocket = state.socket?.webSocket else { return .refused(.closed) }
        return offer(
          messages, on: webSocket, isDroppable: isDroppable, compress: compress, &state)
      case .answerPoll(let poll):
        answer(poll, messages.map(Packet.message), &state, &deferred)
        return .done
      case .queued(let isAboveHighWaterMark):
        return isAboveHighWaterMark && state.isHandled ? .waitForRoom : .done
      case .refused(let error):
        return .refused(error)
      }
    }
  }

  /// The session's lock is what keeps others from getting between.
  private func offer(
    _ messages: [EngineIOMessage], on webSocket: WebSocket, isDroppable: Bool, compress: Bool,
    _ state: inout State
  ) -> PushOutcome {
    var isBuffered = false
    var mayRefuse = isDroppable
    for message in messages {
      let frame = Packet.message(message).webSocketMessage(in: format)
      switch webSocket.offer(frame, beyondHighWaterMark: !mayRefuse, compress: compress) {
      case .sent: break
      case .buffered: isBuffered = true
      case .full: return .refused(.bufferFull)
      case .closed: return .refused(.closed)
      }
      state.traffic.sent.count(message)
      // Where the first went, the others follow.
      mayRefuse = false
    }
    return isBuffered ? .waitForSocket(webSocket) : .done
  }
}

// MARK: - Sending at once or not at all

extension EngineIOSession {
  /// Sends a message if it can leave at once: on a WebSocket below its high-water mark, or as the
  /// answer to a poll that waits. Otherwise it is dropped, for messages that are worth nothing later.
  ///
  /// - Parameter compress: as in `send(_:compress:)`.
  /// - Returns: whether it was sent; false also when the session is over, and for a text with U+001E
  ///   on polling.
  @discardableResult
  public func sendVolatile(_ message: EngineIOMessage, compress: Bool = true) -> Bool {
    withState { state, deferred in
      switch state.machine.sendVolatile(message) {
      case .send:
        guard let webSocket = state.socket?.webSocket else { return false }
        let frame = Packet.message(message).webSocketMessage(in: format)
        let result = webSocket.offer(frame, compress: compress)
        guard result == .sent || result == .buffered else { return false }
        state.traffic.sent.count(message)
        return true
      case .answerPoll(let poll):
        answer(poll, [.message(message)], &state, &deferred)
        return true
      case .queued, .refused, nil:
        return false
      }
    }
  }
}
