// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import Synchronization

extension EngineIOSession {
  /// Messages that were sent here and that no poll has taken yet; none on a WebSocket, where
  /// `bufferedBytes` says what waits.
  public var bufferedMessages: Int { state.withLock { $0.machine.queuedMessages } }

  /// Suspends until everything that was sent before has been taken: by the operating system on a
  /// WebSocket, by the answer to a poll otherwise. That the client got it, only the client can say.
  ///
  /// - Throws: `EngineIOSendError.closed` when the session is over, or ends first;
  ///   `EngineIOSendError.bufferFull` in a connect handler that has sent something, since nothing
  ///   leaves before it has returned; `CancellationError` when the task is cancelled first.
  public nonisolated(nonsending) func drain() async throws {
    let (step, takings) = state.withLock { (drainStep($0), $0.takings) }
    switch step {
    case .done: return
    case .refused(let error): throw error
    case .waitForSocket(let webSocket): return try await drain(webSocket)
    case .waitForRoom: break
    }
    await wait(in: \.drainers) {
      $0.takings == takings && $0.machine.isOpen && $0.machine.queuedPackets > 0
    }
    let (isTaken, webSocket) = state.withLock { ($0.takings != takings, $0.socket?.webSocket) }
    guard isTaken else {
      try Task.checkCancellation()
      throw EngineIOSendError.closed
    }
    // It may have been an upgrade that took the buffer.
    if let webSocket { try await drain(webSocket) }
  }

  private func drainStep(_ state: State) -> PushOutcome {
    guard state.machine.isOpen else { return .refused(.closed) }
    if state.machine.queuedPackets > 0 {
      return state.isHandled ? .waitForRoom : .refused(.bufferFull)
    }
    guard let socket = state.socket else { return .done }
    return .waitForSocket(socket.webSocket)
  }

  private nonisolated(nonsending) func drain(_ webSocket: WebSocket) async throws {
    do throws(WebSocketError) {
      try await webSocket.waitUntilDrained()
    } catch {
      try Task.checkCancellation()
      throw EngineIOSendError.closed
    }
  }
}
