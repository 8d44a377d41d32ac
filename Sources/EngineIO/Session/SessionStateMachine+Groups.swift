// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension SessionStateMachine {
  /// Sends messages of the application that belong together: all of them, next to each other, or
  /// none.
  ///
  /// - Parameters:
  ///   - messages: at least one.
  ///   - isDroppable: refuse them above the high-water mark instead of queueing them.
  public mutating func send(
    contentsOf messages: [EngineIOMessage], isDroppable: Bool = false
  ) -> SendOutcome {
    switch state {
    case .open(.socket(let socket)):
      return .send(on: socket)
    case .open(.polling(var polling)):
      guard messages.allSatisfy(canPoll) else { return .refused(.separatorInText) }
      if let poll = polling.poll {
        polling.poll = nil
        state = .open(.polling(polling))
        return .answerPoll(poll)
      }
      if isDroppable && isAboveHighWaterMark { return .refused(.bufferFull) }
    case .open(.awaitedSocket):
      if isDroppable && isAboveHighWaterMark { return .refused(.bufferFull) }
    case .opening(let kind, nil):
      if kind == .polling && !messages.allSatisfy(canPoll) { return .refused(.separatorInText) }
      // Nobody takes what is sent before the handshake is answered, so waiting would be for ever.
      if isAboveHighWaterMark { return .refused(.bufferFull) }
    case .opening, .closing, .closed:
      return .refused(.closed)
    }
    for message in messages { queue.append(.message(message)) }
    return .queued(isAboveHighWaterMark: isAboveHighWaterMark)
  }

  /// Sends a message of the application if it can leave at once, on a WebSocket or with a parked
  /// poll.
  ///
  /// - Returns: `nil` if it cannot.
  public mutating func sendVolatile(_ message: EngineIOMessage) -> SendOutcome? {
    switch state {
    case .open(.socket(let socket)):
      return .send(on: socket)
    case .open(.polling(var polling)):
      guard let poll = polling.poll, canPoll(message) else { return nil }
      polling.poll = nil
      state = .open(.polling(polling))
      return .answerPoll(poll)
    case .open(.awaitedSocket), .opening, .closing, .closed:
      return nil
    }
  }

  /// The number of messages that wait for a poll.
  public var queuedMessages: Int { queue.packets.count { $0.kind == .message } }
}
