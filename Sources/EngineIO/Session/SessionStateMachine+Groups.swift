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
    let outcome = outcomeUnqueued(isDroppable) { machine in messages.allSatisfy(machine.canPoll) }
    if let outcome { return outcome }
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
