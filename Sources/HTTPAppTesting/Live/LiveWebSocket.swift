// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import WebSocketCodec

/// The client's end of a WebSocket over a socket.
final class LiveWebSocket: WebSocketTransport {
  fileprivate struct State {
    var upgrade = UpgradeResponse()
    var channel: (any Channel)?
    var machine = WebSocketStateMachine(role: .client)
    var received = ByteBuffer()
    var inbox: [WebSocketMessage] = []
    var closure: WebSocket.Closure?
    var isOver = false
  }

  private let state = Mutex(State())
  private let changed = Signal()

  /// The answer to the upgrade request.
  func response() async throws -> TestResponse {
    while true {
      let generation = changed.generation
      let (upgrade, isOver) = state.withLock { ($0.upgrade, $0.isOver) }
      if upgrade.isComplete, let response = upgrade.response { return response }
      if isOver { throw WebSocketError.connectionLost }
      try Task.checkCancellation()
      await changed.wait(after: generation)
    }
  }

  /// Says where to write from now on; reads the frames that came with the answer.
  func open(on channel: any Channel) {
    state.withLock { state in
      state.channel = channel
      state.readFrames()
    }
    changed.raise()
  }

  var executor: (any TaskExecutor)? { nil }
  var closure: WebSocket.Closure? { state.withLock(\.closure) }
  var bufferedBytes: Int { 0 }

  func receive() async throws(WebSocketError) -> WebSocketMessage? {
    while true {
      let generation = changed.generation
      let (message, isOver, closure) = state.withLock { state in
        (state.inbox.isEmpty ? nil : state.inbox.removeFirst(), state.isOver, state.closure)
      }
      if let message { return message }
      if closure?.code == .abnormalClosure { throw .connectionLost }
      if isOver || closure != nil || Task.isCancelled { return nil }
      await changed.wait(after: generation)
    }
  }

  func offer(_ message: WebSocketMessage, beyondHighWaterMark: Bool) -> WebSocket.OfferResult {
    write { machine, out in
      switch message {
      case .text(let text): machine.write(text: text, into: &out)
      case .binary(let bytes): machine.write(binary: bytes, into: &out)
      }
    } ? .sent : .closed
  }

  func waitUntilWritable() async throws(WebSocketError) {}

  func waitUntilDrained() async throws(WebSocketError) {
    let channel = state.withLock { $0.closure == nil ? $0.channel : nil }
    guard let channel else { throw .closed }
    do { try await channel.writeAndFlush(ByteBuffer()) } catch { throw .closed }
  }

  func close(_ code: WebSocket.CloseCode, reason: String) {
    let isFirst = write { machine, out in
      machine.writeClose(
        WebSocketCloseCode(rawValue: code.rawValue), reason: reason, into: &out)
    }
    guard isFirst else { return }
    state.withLock { state in
      if state.closure == nil {
        state.closure = WebSocket.Closure(code: code, reason: reason, byPeer: false)
      }
    }
    changed.raise()
  }

  /// Takes what came from the server.
  func receive(_ bytes: ByteBuffer) {
    state.withLock { state in
      if state.upgrade.isComplete {
        state.received.writeImmutableBuffer(bytes)
        if state.channel != nil { state.readFrames() }
      } else if let rest = state.upgrade.receive(bytes) {
        state.received = rest
      }
    }
    changed.raise()
  }

  /// The socket is closed.
  func connectionEnded() {
    state.withLock { state in
      state.isOver = true
      if !state.upgrade.isComplete { state.upgrade.end() }
      if state.closure == nil {
        state.closure = WebSocket.Closure(code: .abnormalClosure, byPeer: true)
      }
    }
    changed.raise()
  }

  /// Writes a frame while the state is locked, so that frames leave in the order of their making.
  ///
  /// - Returns: whether anything was written.
  private func write(
    _ frame: (inout WebSocketStateMachine, inout ByteBuffer) -> Bool
  ) -> Bool {
    state.withLock { state in
      var out = ByteBuffer()
      guard frame(&state.machine, &out) else { return false }
      state.send(out)
      return true
    }
  }
}

extension LiveWebSocket.State {
  /// Writes in an event of its own: a write that fails closes the channel at once, and that wants
  /// the state's lock.
  fileprivate func send(_ bytes: ByteBuffer) {
    guard let channel else { return }
    channel.eventLoop.execute { channel.writeAndFlush(bytes, promise: nil) }
  }

  fileprivate mutating func readFrames() {
    var out = ByteBuffer()
    while let event = machine.next(in: &received) {
      switch event {
      case .text(let text): inbox.append(.text(text))
      case .binary(let bytes): inbox.append(.binary(bytes))
      case .ping(let payload): machine.write(pong: payload, into: &out)
      case .pong: break
      case .close(let code, let reason):
        machine.writeClose(code, into: &out)
        if closure == nil {
          closure = WebSocket.Closure(
            code: code.map { .init(rawValue: $0.rawValue) } ?? .noStatusReceived, reason: reason,
            byPeer: true)
        }
      case .failure(let error):
        machine.writeClose(error.closeCode, into: &out)
        closure = WebSocket.Closure(
          code: .init(rawValue: error.closeCode.rawValue), byPeer: false)
      }
    }
    if out.readableBytes > 0 { send(out) }
  }
}
