// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import WebSocketCodec

/// A connection after its switch to WebSocket: the state machine, the messages that wait for the
/// application, and the deadlines of ping and close.
///
/// `@unchecked Sendable`: everything but `shared` is touched on the loop's thread only, where every
/// method that may be called from elsewhere hops first.
final class WebSocketConnection: WebSocketTransport, LoopFlushable, @unchecked Sendable {
  let options: WebSocketOptions
  let loopExecutor: LoopExecutor
  /// Nil once the channel is gone.
  private(set) weak var connection: HTTPConnection?
  // As in HTTPConnection: modified for every message, by code that calls nobody.
  @exclusivity(unchecked) var machine: WebSocketStateMachine
  /// What other threads may know without a hop.
  let shared = Mutex(Shared())

  // Receiving
  @exclusivity(unchecked) var inbox = WebSocketInbox()
  let receivers: WaitList
  /// Takes the messages, where no task does; until it has taken the end, too.
  var receiver: (any WebSocketMessageReceiver)?
  /// Whether the receiver may be called.
  var isReceiverFree = false
  var receiverWait: Task<Void, Never>?
  /// Whether bytes that were received wait for room in the inbox.
  var isParsingPaused = false
  /// Such bytes, once there is no channel any more.
  var unread = ByteBuffer()

  // Sending
  /// The latest ping that is to be answered when there is room again; earlier ones need no answer
  /// (RFC 6455 section 5.5.3).
  var unansweredPing: ByteBuffer?
  /// Whether other threads were told that the buffers are full.
  var isMarkedFull = false

  // Deadlines
  var pingSent: NIODeadline?
  var closeDeadline: NIODeadline?

  // Ending
  var end: End?
  var ending: Ending?
  private var isChannelClosed = false
  private let closeWaiters: WaitList

  struct Shared {
    var closure: WebSocket.Closure?
    var isClosing = false
    /// Bytes posted by other threads and not yet written on the loop.
    var posted = 0
    /// Whether the loop's own buffers were full when it last wrote.
    var isFull = false
  }

  init(connection: HTTPConnection, options: WebSocketOptions, deflate: WebSocketDeflate?) {
    self.connection = connection
    self.options = options
    loopExecutor = connection.executor
    receivers = WaitList(executor: loopExecutor)
    closeWaiters = WaitList(executor: loopExecutor)
    machine = WebSocketStateMachine(
      role: .server,
      limits: .init(
        maxFrameBytes: options.maxFrameBytes, maxMessageBytes: options.maxMessageBytes,
        maxFragments: options.maxFragments),
      deflate: deflate)
    connection.setHighWaterMark(options.highWaterMark)
  }

  var executor: (any TaskExecutor)? { loopExecutor }

  // MARK: The channel's end

  /// The channel is gone.
  ///
  /// - Parameter unread: what was received of it and could not be taken yet.
  /// - Returns: whether a closing handshake came first, or may be among what is unread.
  func connectionEnded(unread: ByteBuffer) -> Bool {
    isChannelClosed = true
    connection = nil
    shared.withLock { $0.isClosing = true }
    flush()
    self.unread = unread
    receiveUnread()
    receiverWait?.cancel()
    closeWaiters.wakeAll()
    if case .failed = end { return false }
    return true
  }

  @inline(never)
  nonisolated(nonsending) func waitUntilClosed() async {
    while !isChannelClosed {
      await closeWaiters.wait()
      if Task.isCancelled { return }
    }
  }
}
