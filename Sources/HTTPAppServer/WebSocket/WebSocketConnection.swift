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
  private let loopExecutor: LoopExecutor
  private weak var connection: HTTPConnection?
  // As in HTTPConnection: modified for every message, by code that calls nobody.
  @exclusivity(unchecked) private var machine: WebSocketStateMachine
  @exclusivity(unchecked) private var inbox = CircularBuffer<WebSocketMessage>()
  private var inboxBytes = 0
  /// Whether bytes that were received wait for room in the inbox.
  private var isParsingPaused = false
  /// Such bytes, once there is no channel any more.
  private var unread = ByteBuffer()
  private var end: End?
  private var ending: Ending?
  private var isChannelClosed = false
  private var pingSent: NIODeadline?
  /// The latest ping that is to be answered when there is room again; earlier ones need no answer
  /// (RFC 6455 section 5.5.3).
  private var unansweredPing: ByteBuffer?
  /// Whether other threads were told that the buffers are full.
  private var isMarkedFull = false
  private var closeDeadline: NIODeadline?
  private let receivers: WaitList
  private let closeWaiters: WaitList
  private let shared = Mutex(Shared())

  /// How the sequence of messages ends.
  private enum End {
    case closed
    case failed(WebSocketError)
  }

  /// What the peer ends the connection with.
  private enum Ending {
    case close(WebSocketCloseCode?, String)
    case failure(WebSocketProtocolError)
  }

  /// What other threads may know without a hop.
  private struct Shared {
    var closure: WebSocket.Closure?
    var isClosing = false
    /// Bytes posted by other threads and not yet written on the loop.
    var posted = 0
    /// Whether the loop's own buffers were full when it last wrote.
    var isFull = false
  }

  /// Received bytes above which the connection stops reading.
  private static let inboxLimit = 64 << 10
  /// What a message costs besides its bytes: empty ones are not free.
  private static let messageOverhead = 64

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

  // MARK: The application's side

  var executor: (any TaskExecutor)? { loopExecutor }

  var closure: WebSocket.Closure? { shared.withLock(\.closure) }

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

  /// What can be handed out without waiting.
  private func takeReady() -> Result<WebSocketMessage?, WebSocketError>? {
    if let message = inbox.popFirst() {
      inboxBytes -= message.byteCount + Self.messageOverhead
      resumeReceiving()
      return .success(message)
    }
    switch end {
    case .closed: return .success(nil)
    case .failed(let error): return .failure(error)
    case nil: return nil
    }
  }

  private nonisolated(nonsending) func resultOnLoop(ofOwnTask isOwnTask: Bool) async -> Result<
    WebSocketMessage?, WebSocketError
  > {
    while true {
      if let ready = takeReady() { return ready }
      if Task.isCancelled { return .success(nil) }
      await isOwnTask ? receivers.waitForWake() : receivers.wait()
    }
  }

  func offer(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    if loopExecutor.loop.inEventLoop, !loopExecutor.hasPostedWork {
      return write(message, beyondHighWaterMark: beyondHighWaterMark)
    }
    let bytes = message.byteCount
    let result = shared.withLock { shared -> WebSocket.OfferResult in
      if shared.isClosing { return .closed }
      let isFull = shared.isFull || shared.posted >= options.highWaterMark
      if isFull, !beyondHighWaterMark { return .full }
      shared.posted += bytes
      return isFull || shared.posted >= options.highWaterMark ? .buffered : .sent
    }
    if result == .sent || result == .buffered {
      loopExecutor.submit(PostedMessage(webSocket: self, message: message))
    }
    return result
  }

  nonisolated(nonsending) func waitUntilWritable() async throws(WebSocketError) {
    let isOpen = await withTaskExecutorPreference(loopExecutor) {
      // What was posted has not been written yet, and so would not be waited for.
      await self.loopExecutor.catchUp()
      guard self.end == nil, let connection = self.connection else { return false }
      await connection.waitUntilWritable()
      return self.end == nil
    }
    if !isOpen { throw .closed }
  }

  func close(_ code: WebSocket.CloseCode, reason: String) {
    let isFirst = shared.withLock { shared in
      defer { shared.isClosing = true }
      return !shared.isClosing
    }
    if isFirst {
      loopExecutor.submit(PostedClose(webSocket: self, code: code, reason: reason))
    }
  }

  var bufferedBytes: Int {
    let posted = shared.withLock(\.posted)
    return loopExecutor.loop.inEventLoop ? posted + (connection?.bufferedBytes ?? 0) : posted
  }

  // MARK: The connection's side

  var wantsToRead: Bool { inboxBytes < Self.inboxLimit || end != nil }

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

  /// Goes on with what had to wait for room in the inbox.
  private func resumeReceiving() {
    guard isParsingPaused else {
      connection?.resumeReading()
      return
    }
    if let connection { connection.resumeReceiving() } else { receiveUnread() }
  }

  /// Takes what there is room for of the bytes of a channel that is gone, and ends behind the last.
  private func receiveUnread() {
    var bytes = unread
    unread = ByteBuffer()
    receive(&bytes)
    if isParsingPaused {
      unread = bytes
    } else {
      finish(
        .failed(.connectionLost), WebSocket.Closure(code: .abnormalClosure, byPeer: true))
    }
  }

  private func deliver(_ message: WebSocketMessage) {
    guard end == nil else { return }
    inbox.append(message)
    inboxBytes += message.byteCount + Self.messageOverhead
    receivers.wakeOne()
  }

  /// Ends the connection as soon as no task is left to run, which lets the application answer what
  /// came in the same batch of bytes before.
  private func endSoon(_ ending: Ending) {
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

  private func finish(_ end: End, _ closure: WebSocket.Closure) {
    if self.end == nil { self.end = end }
    shared.withLock { shared in
      shared.isClosing = true
      if shared.closure == nil { shared.closure = closure }
    }
    receivers.wakeAll()
  }

  fileprivate func write(
    _ message: WebSocketMessage, beyondHighWaterMark: Bool
  ) -> WebSocket.OfferResult {
    guard end == nil, let connection, connection.phase == .open else {
      return .closed
    }
    if !beyondHighWaterMark, connection.isBackedUp {
      connection.flush()
      if connection.isBackedUp { return .full }
    }
    connection.prepareOut()
    switch message {
    case .text(let text):
      machine.write(text: text, into: &connection.out)
    case .binary(let bytes):
      let rest = machine.write(
        binary: bytes, detachingFrom: HTTPConnection.copyLimit, into: &connection.out)
      if let rest { connection.writeUncopied(.byteBuffer(rest)) }
    }
    return connection.isBackedUp ? .buffered : .sent
  }

  fileprivate func writePosted(_ message: WebSocketMessage) {
    _ = write(message, beyondHighWaterMark: true)
    let isFull = connection?.isBackedUp ?? true
    isMarkedFull = isFull
    shared.withLock { shared in
      shared.posted -= message.byteCount
      shared.isFull = isFull
    }
  }

  /// What was buffered has been handed to the channel.
  func flushed() {
    guard isMarkedFull, connection?.isBackedUp == false else { return }
    isMarkedFull = false
    shared.withLock { $0.isFull = false }
  }

  /// The channel has room again.
  func becameWritable() {
    flushed()
    guard let connection, let payload = unansweredPing else { return }
    unansweredPing = nil
    connection.prepareOut()
    machine.write(pong: payload, into: &connection.out)
  }

  fileprivate func startClosing(_ code: WebSocket.CloseCode, _ reason: String) {
    guard end == nil, let connection else { return }
    connection.prepareOut()
    machine.writeClose(
      WebSocketCloseCode(rawValue: code.rawValue), reason: reason, into: &connection.out)
    finish(.closed, WebSocket.Closure(code: code, reason: reason, byPeer: false))
    closeDeadline = .now() + TimeAmount(options.closeTimeout)
    resumeReceiving()
  }

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
    closeWaiters.wakeAll()
    if case .failed = end { return false }
    return true
  }

  nonisolated(nonsending) func waitUntilClosed() async {
    while !isChannelClosed {
      await closeWaiters.wait()
      if Task.isCancelled { return }
    }
  }

  /// Sends a ping when the peer was silent, and gives up on one that does not answer.
  func tick(_ now: NIODeadline, lastActivity: NIODeadline) {
    guard let connection else { return }
    if let closeDeadline {
      if now >= closeDeadline { connection.abort() }
    } else if !wantsToRead {
      // A pong may be among what is not read: silence starts when reading goes on.
      pingSent = nil
      connection.lastActivity = now
    } else if let pingSent {
      if now >= pingSent + TimeAmount(options.pingTimeout) { connection.abort() }
    } else if let interval = options.pingInterval, now >= lastActivity + TimeAmount(interval) {
      pingSent = now
      connection.prepareOut()
      machine.write(ping: ByteBuffer(), into: &connection.out)
    }
  }
}

private struct PostedMessage: LoopWork {
  let webSocket: WebSocketConnection
  let message: WebSocketMessage

  func run() { webSocket.writePosted(message) }
}

private struct PostedClose: LoopWork {
  let webSocket: WebSocketConnection
  let code: WebSocket.CloseCode
  let reason: String

  func run() { webSocket.startClosing(code, reason) }
}

extension WebSocketMessage {
  fileprivate var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.readableBytes
    }
  }
}
