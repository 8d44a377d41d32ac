// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore

/// A receiver is called when nothing else is going on, never from within what it called itself.
extension WebSocketConnection {
  /// Begins to call the receiver, which may have messages already.
  func beginReceiver() {
    receiver?.begin(on: WebSocket(transport: self))
    isReceiverFree = true
    resumeReceiver()
  }

  /// Hands the messages that are there to the receiver, until it has no room, and the end.
  ///
  /// - Returns: whether bytes that waited for room in the inbox can be parsed now.
  func giveToReceiver() -> Bool {
    guard isReceiverFree, let receiver else { return false }
    isReceiverFree = false
    while let message = inbox.popFirst() {
      // Once the channel is gone what is left is little, and the end is not to wait for handlers.
      if let wait = receiver.receive(message), connection != nil {
        waitForReceiver(wait)
        return false
      }
    }
    isReceiverFree = true
    if isParsingPaused { return true }
    switch end {
    case .closed: endReceiver(nil)
    case .failed(let error): endReceiver(error)
    case nil: connection?.resumeReading()
    }
    return false
  }

  private func endReceiver(_ error: WebSocketError?) {
    let receiver = receiver
    self.receiver = nil
    receiver?.end(error)
  }

  private func waitForReceiver(_ wait: @escaping @Sendable () async -> Void) {
    let task = Task.immediate(executorPreference: loopExecutor) {
      await wait()
      self.receiverWait = nil
      self.isReceiverFree = true
      self.resumeReceiver()
    }
    if !isReceiverFree { receiverWait = task }
  }

  private func resumeReceiver() {
    loopExecutor.loop.assertInEventLoop()
    if giveToReceiver() { resumeReceiving() }
  }
}
