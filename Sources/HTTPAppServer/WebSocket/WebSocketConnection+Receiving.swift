// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import WebSocketCodec

// MARK: The application takes

extension WebSocketConnection {
  nonisolated(nonsending) func receive() async throws(WebSocketError) -> WebSocketMessage? {
    if loopExecutor.loop.inEventLoop, let ready = takeReady() { return try ready.get() }
    let result =
      if let connection, connection.isOwnTask(#isolation) {
        await resultOnLoop(ofOwnTask: true)
      } else {
        await withTaskExecutorPreference(loopExecutor) { await self.resultOnLoop(ofOwnTask: false) }
      }
    return try result.get()
  }

  @inline(__always)
  private nonisolated(nonsending) func resultOnLoop(
    ofOwnTask isOwnTask: Bool
  ) async -> Result<WebSocketMessage?, WebSocketError> {
    while true {
      if let ready = takeReady() { return ready }
      if Task.isCancelled { return .success(nil) }
      await isOwnTask ? receivers.waitForWake() : receivers.wait()
    }
  }

  /// What can be handed out without waiting.
  private func takeReady() -> Result<WebSocketMessage?, WebSocketError>? {
    if let message = inbox.popFirst() {
      resumeReceiving()
      return .success(message)
    }
    switch end {
    case .closed: return .success(nil)
    case .failed(let error): return .failure(error)
    case nil: return nil
    }
  }
}

// MARK: The channel brings

extension WebSocketConnection {
  var wantsToRead: Bool { inbox.hasRoom || end != nil }

  /// Takes the frames that are complete out of `bytes`, as long as there is room for messages: a few
  /// bytes can be many messages, and compressed ones long messages, too.
  func receive(_ bytes: inout ByteBuffer) {
    pingSent = nil
    defer { isParsingPaused = !wantsToRead && bytes.readableBytes > 0 }
    while wantsToRead, let event = machine.next(in: &bytes) {
      switch event {
      case .text(let text): deliver(.text(text))
      case .binary(let bytes): deliver(.binary(bytes))
      case .ping(let payload):
        guard let connection else { continue }
        if connection.isBackedUp {
          unansweredPing = payload
        } else {
          connection.prepareOut()
          machine.write(pong: payload, into: &connection.out)
        }
      case .pong: break
      case .close(let code, let reason): endSoon(.close(code, reason))
      case .failure(let error): endSoon(.failure(error))
      }
    }
  }

  private func deliver(_ message: WebSocketMessage) {
    guard end == nil else { return }
    inbox.append(message)
    receivers.wakeOne()
  }

  /// Goes on with what had to wait for room in the inbox.
  func resumeReceiving() {
    guard isParsingPaused else {
      connection?.resumeReading()
      return
    }
    if let connection { connection.resumeReceiving() } else { receiveUnread() }
  }

  /// Takes what there is room for of the bytes of a channel that is gone, and ends behind the last.
  func receiveUnread() {
    var bytes = unread
    unread = ByteBuffer()
    repeat { receive(&bytes) } while giveToReceiver()
    if isParsingPaused {
      unread = bytes
    } else {
      finish(
        .failed(.connectionLost), WebSocket.Closure(code: .abnormalClosure, byPeer: true))
    }
  }
}
