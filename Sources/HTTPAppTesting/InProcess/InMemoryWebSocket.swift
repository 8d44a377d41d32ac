// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization

/// One end of a WebSocket that leads to another end in the same process.
final class InMemoryWebSocket: WebSocketTransport {
  private let shared: Shared
  private let side: Side

  private enum Side: Int {
    case server
    case client

    var other: Side { self == .server ? .client : .server }
  }

  /// Both ends: what each has to receive, and how the connection was closed.
  private final class Shared: Sendable {
    struct State {
      var inboxes: [[WebSocketMessage]] = [[], []]
      var inboxBytes = [0, 0]
      var closedBy: (side: Side, code: WebSocket.CloseCode, reason: String)?
    }

    let options: WebSocketOptions
    let state = Mutex(State())
    let changed = Signal()

    init(options: WebSocketOptions) {
      self.options = options
    }
  }

  static func makePair(
    options: WebSocketOptions
  ) -> (server: InMemoryWebSocket, client: InMemoryWebSocket) {
    let shared = Shared(options: options)
    return (
      InMemoryWebSocket(shared: shared, side: .server),
      InMemoryWebSocket(shared: shared, side: .client)
    )
  }

  private init(shared: Shared, side: Side) {
    self.shared = shared
    self.side = side
  }

  var executor: (any TaskExecutor)? { nil }

  var closure: WebSocket.Closure? {
    shared.state.withLock { state in
      state.closedBy.map {
        WebSocket.Closure(code: $0.code, reason: $0.reason, byPeer: $0.side != side)
      }
    }
  }

  var bufferedBytes: Int { shared.state.withLock { $0.inboxBytes[side.other.rawValue] } }

  func receive() async throws(WebSocketError) -> WebSocketMessage? {
    while true {
      let generation = shared.changed.generation
      let (message, isOver) = shared.state.withLock { state -> (WebSocketMessage?, Bool) in
        let own = side.rawValue
        // Who closed takes no more; the other side gets what was sent before.
        if let closedBy = state.closedBy, closedBy.side == side { return (nil, true) }
        guard !state.inboxes[own].isEmpty else { return (nil, state.closedBy != nil) }
        let message = state.inboxes[own].removeFirst()
        state.inboxBytes[own] -= message.byteCount
        return (message, false)
      }
      if let message {
        shared.changed.raise()
        return message
      }
      if isOver || Task.isCancelled { return nil }
      await shared.changed.wait(after: generation)
    }
  }

  func offer(_ message: WebSocketMessage, beyondHighWaterMark: Bool) -> WebSocket.OfferResult {
    if side == .client, message.byteCount > shared.options.maxMessageBytes {
      InMemoryWebSocket(shared: shared, side: .server)
        .close(.messageTooBig, reason: "The message is too big.")
    }
    let result = shared.state.withLock { state -> WebSocket.OfferResult in
      let other = side.other.rawValue
      if state.closedBy != nil { return .closed }
      let isFull = state.inboxBytes[other] >= shared.options.highWaterMark
      if isFull, !beyondHighWaterMark { return .full }
      state.inboxes[other].append(message)
      state.inboxBytes[other] += message.byteCount
      return state.inboxBytes[other] >= shared.options.highWaterMark ? .buffered : .sent
    }
    shared.changed.raise()
    return result
  }

  func waitUntilWritable() async throws(WebSocketError) {
    while !Task.isCancelled {
      let generation = shared.changed.generation
      let (isClosed, isFull) = shared.state.withLock { state in
        (
          state.closedBy != nil,
          state.inboxBytes[side.other.rawValue] >= shared.options.highWaterMark
        )
      }
      if isClosed { throw .closed }
      if !isFull { return }
      await shared.changed.wait(after: generation)
    }
  }

  func waitUntilDrained() async throws(WebSocketError) {
    while !Task.isCancelled {
      let generation = shared.changed.generation
      let (isClosed, isDrained) = shared.state.withLock { state in
        (state.closedBy != nil, state.inboxes[side.other.rawValue].isEmpty)
      }
      if isClosed { throw .closed }
      if isDrained { return }
      await shared.changed.wait(after: generation)
    }
    throw .closed
  }

  func close(_ code: WebSocket.CloseCode, reason: String) {
    shared.state.withLock { state in
      if state.closedBy == nil { state.closedBy = (side, code, reason) }
    }
    shared.changed.raise()
  }
}

extension WebSocketMessage {
  var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.readableBytes
    }
  }
}
