// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import WebSocketCodec

// MARK: By the application

extension WebSocketConnection {
  var closure: WebSocket.Closure? { shared.withLock(\.closure) }

  func close(_ code: WebSocket.CloseCode, reason: String) {
    let isFirst = shared.withLock { shared in
      defer { shared.isClosing = true }
      return !shared.isClosing
    }
    if isFirst {
      loopExecutor.submit(PostedClose(webSocket: self, code: code, reason: reason))
    }
  }

  private func startClosing(_ code: WebSocket.CloseCode, _ reason: String) {
    guard end == nil, let connection else { return }
    connection.prepareOut()
    machine.writeClose(
      WebSocketCloseCode(rawValue: code.rawValue), reason: reason, into: &connection.out)
    finish(.closed, WebSocket.Closure(code: code, reason: reason, byPeer: false))
    closeDeadline = .now() + TimeAmount(options.closeTimeout)
    resumeReceiving()
  }

  private struct PostedClose: LoopWork {
    let webSocket: WebSocketConnection
    let code: WebSocket.CloseCode
    let reason: String

    func run() { webSocket.startClosing(code, reason) }
  }
}

// MARK: By the peer

extension WebSocketConnection {
  /// What the peer ends the connection with.
  enum Ending {
    case close(WebSocketCloseCode?, String)
    case failure(WebSocketProtocolError)
  }

  /// Ends the connection as soon as no task is left to run, which lets the application answer what
  /// came in the same batch of bytes before.
  func endSoon(_ ending: Ending) {
    self.ending = ending
    if connection == nil { flush() } else { loopExecutor.flushLater(self) }
  }

  func flush() {
    switch ending {
    case .close(let code, let reason): closed(byPeer: code, reason)
    case .failure(let error): failed(error)
    case nil: break
    }
    ending = nil
    if giveToReceiver() { resumeReceiving() }
  }

  private func closed(byPeer code: WebSocketCloseCode?, _ reason: String) {
    finish(
      .closed,
      WebSocket.Closure(
        code: code.map { .init(rawValue: $0.rawValue) } ?? .noStatusReceived, reason: reason,
        byPeer: true))
    guard let connection else { return }
    connection.prepareOut()
    machine.writeClose(code, into: &connection.out)
    // The server closes TCP first (RFC 6455 section 7.1.1).
    connection.close()
  }

  private func failed(_ error: WebSocketProtocolError) {
    let code = WebSocket.CloseCode(rawValue: error.closeCode.rawValue)
    finish(
      .failed(.protocolViolation(code, reason: error.description)),
      WebSocket.Closure(code: code, reason: error.description, byPeer: false))
    guard let connection else { return }
    connection.prepareOut()
    machine.writeClose(error.closeCode, reason: error.description, into: &connection.out)
    connection.closeLingering()
  }
}

// MARK: Either way

extension WebSocketConnection {
  /// How the sequence of messages ends.
  enum End {
    case closed
    case failed(WebSocketError)
  }

  func finish(_ end: End, _ closure: WebSocket.Closure) {
    if self.end == nil { self.end = end }
    shared.withLock { shared in
      shared.isClosing = true
      if shared.closure == nil { shared.closure = closure }
    }
    receivers.wakeAll()
    if receiver != nil { loopExecutor.flushLater(self) }
  }
}
