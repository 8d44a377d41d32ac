// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import Logging
import NIOCore

/// One connection, and the only handler of its channel: bytes come in and are parsed in place, the
/// application runs in one task on the same thread, and what it answers leaves in one write a batch.
///
/// `@unchecked Sendable`: everything is touched on the loop's thread only; the task runs there
/// through the loop's executor, and other objects that are called from elsewhere hop first.
final class HTTPConnection: ChannelDuplexHandler, LoopFlushable, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  let application: any HTTPApplication
  let configuration: HTTPServerConfiguration
  let loop: ServerLoop

  // The properties marked `exclusivity(unchecked)` are modified several times a request, which the
  // checks at run time would make dear. They cannot overlap: whatever is given one of them `inout`
  // works on bytes or on a queue, and what that calls in turn only enqueues.

  // Receiving
  @exclusivity(unchecked) var parser: RequestParser
  @exclusivity(unchecked) var inbound = ByteBuffer()
  @exclusivity(unchecked) var received = CircularBuffer<Received>(initialCapacity: 2)
  var receivingBody: IncomingBody?
  /// Set behind an upgrade request: its answer decides what the bytes after it mean.
  var isParsingHeld = false
  var isReadWithheld = false
  var arrival = ArrivalWindow()

  // Serving
  private var task: Task<Void, Never>?
  /// Tasks started so far: `task` is set later, because a task begins to run before there is a
  /// handle to it.
  private var taskCount = 0
  private var isTaskEnded = false
  /// The same, only to be compared with: it exists as long as `task` does.
  private var currentTask: UnsafeCurrentTask?
  private var taskDeadline: NIODeadline?
  var idleContinuation: UnsafeContinuation<Void, Never>?
  var isAnswering = false
  /// Requests taken so far.
  var requestCount = 0
  /// Whether an informational response may still be sent.
  var isAwaitingResponse = false
  var webSocket: WebSocketConnection?
  var webSocketHandler: (@Sendable (WebSocket) async throws -> Void)?

  // Sending
  @exclusivity(unchecked) var out = ByteBuffer()
  var isFlushPending = false
  /// Bytes in ``out`` above which it is time to hand them on.
  var highWaterMark = 64 << 10
  var drain = DrainWatch()
  /// The file that the channel is sending, and where the region ends that was promised of it.
  var sending: (file: OpenFile, end: Int)?
  let writability: WaitList

  // Ending
  var phase = Phase.open
  var lastActivity: NIODeadline
  var headStarted: NIODeadline?
  var isLingering = false
  var isOutputEnded = false
  /// Whether the peer has said that it sends nothing more.
  var isInputEnded = false
  /// When a closing connection is given up whose answers are all sent.
  var lingerDeadline: NIODeadline?

  var context: ChannelHandlerContext?
  private var info: ConnectionInfo?
  private var place: ConnectionQuota.Place?

  /// How far the end of the connection has come.
  enum Phase {
    case open
    /// Nothing more is answered; what is buffered still goes out, and then the channel closes.
    case closing
    case closed
  }

  init(
    application: any HTTPApplication, configuration: HTTPServerConfiguration, loop: ServerLoop
  ) {
    self.application = application
    self.configuration = configuration
    self.loop = loop
    parser = RequestParser(limits: configuration.limits.parserLimits)
    writability = WaitList(executor: loop.executor)
    lastActivity = loop.now
  }

  var executor: LoopExecutor { loop.executor }

  /// What requests learn of this connection; made with the first of them.
  var connectionInfo: ConnectionInfo {
    if let info { return info }
    let channel = context?.channel
    let made = ConnectionInfo(
      peerAddress: channel?.remoteAddress.map(ConnectionInfo.Address.init),
      localAddress: channel?.localAddress.map(ConnectionInfo.Address.init),
      isSecure: false, executor: executor)
    info = made
    return made
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func channelActive(context: ChannelHandlerContext) {
    loop.add(self)
    lastActivity = loop.now
    do throws(ConnectionQuota.Refusal) {
      place = try loop.quota.enter(context.remoteAddress)
    } catch {
      executor.run { refuse(error) }
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    guard phase == .open else { return }
    lastActivity = loop.now
    if inbound.readableBytes == 0 {
      inbound = bytes
    } else {
      // Otherwise the buffer would grow by all that ever came while heads keep straddling reads.
      inbound.discardReadBytes()
      inbound.writeBuffer(&bytes)
    }
    executor.run { receive() }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    executor.run { wakeTask() }
  }

  func read(context: ChannelHandlerContext) {
    if wantsToRead {
      context.read()
    } else {
      isReadWithheld = true
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard context.channel.isWritable else { return }
    executor.run {
      writability.wakeAll()
      webSocket?.becameWritable()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    if phase == .open { phase = .closing }
    // Later, because a failing write calls this in the middle of whoever writes, and what follows
    // runs cancellation handlers that may need a lock that the writer holds.
    context.eventLoop.assumeIsolated().execute {
      self.executor.run { self.connectionEnded() }
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { executor.run { inputEnded() } }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    configuration.logger.debug("connection failed", metadata: ["error": "\(error)"])
    context.close(promise: nil)
  }

  // MARK: The task

  /// Resumes or starts the task when there is something for it to answer.
  func wakeTask() {
    guard !received.isEmpty else { return }
    if let idleContinuation {
      self.idleContinuation = nil
      idleContinuation.resume()
    } else if taskCount == 0 {
      startTask {
        await self.serve()
        guard let webSocket = self.webSocket else { return self.taskEnded() }
        if webSocket.receiver != nil { return self.handOver(to: webSocket) }
        self.startTask {
          await self.serve(webSocket)
          self.taskEnded()
        }
      }
    }
  }

  private func startTask(_ body: nonisolated(nonsending) @escaping @Sendable () async -> Void) {
    taskCount += 1
    let number = taskCount
    let started = Task.immediate(executorPreference: executor) {
      withUnsafeCurrentTask { self.currentTask = $0 }
      await body()
    }
    // It may have started its successor before there was a handle to it.
    if number == taskCount, !isTaskEnded { task = started }
  }

  /// Whether the caller is this connection's task, on its executor and outside any actor.
  ///
  /// Then it resumes on the loop whatever it waits for; an actor, or a task that prefers another
  /// executor, has to be told to, even if it happens to be on the loop's thread. And it is cancelled
  /// only when the connection ends, which wakes everybody anyway.
  ///
  /// - Parameter isolation: the caller's `#isolation`.
  func isOwnTask(_ isolation: (any Actor)?) -> Bool {
    guard isolation == nil, executor.loop.inEventLoop else { return false }
    return withUnsafeCurrentTask { task in
      task == currentTask && task?.unownedTaskExecutor == executor.asUnownedTaskExecutor()
    }
  }

  /// How long the handler of a properly closed WebSocket may go on.
  private static let handlerGrace = TimeAmount.seconds(5)

  /// Cancels what still runs on a connection that is gone.
  func tickClosed(_ now: NIODeadline) {
    guard let taskDeadline, now >= taskDeadline else { return }
    self.taskDeadline = nil
    task?.cancel()
  }

  /// Ends everything now: what is buffered is lost, what runs is cancelled.
  func terminate() {
    abort()
    task?.cancel()
  }

  /// From now on the WebSocket's receiver is called, and no task waits for anything.
  private func handOver(to webSocket: WebSocketConnection) {
    isTaskEnded = true
    task = nil
    currentTask = nil
    // It may have ended before its task had.
    if phase == .closed { loop.remove(self) }
    webSocket.beginReceiver()
  }

  private func taskEnded() {
    isTaskEnded = true
    if phase == .open { close() }
    if phase == .closed { loop.remove(self) }
  }

  private func connectionEnded() {
    phase = .closed
    if let place { loop.quota.leave(place) }
    place = nil
    receivingBody?.fail(.connectionClosed)
    receivingBody = nil
    writability.wakeAll()
    // After a proper closing handshake the WebSocket's handler may finish what it does.
    let endedProperly = webSocket?.connectionEnded(unread: inbound) ?? false
    inbound = ByteBuffer()
    if endedProperly {
      taskDeadline = loop.now + Self.handlerGrace
    } else if task != nil {
      task?.cancel()
    } else {
      taskDeadline = loop.now
    }
    if let idleContinuation {
      self.idleContinuation = nil
      idleContinuation.resume()
    }
    if taskCount == 0 || isTaskEnded { loop.remove(self) }
  }

  // MARK: Reading

  /// Lets the channel read again after it had to wait.
  func resumeReading() {
    guard isReadWithheld, wantsToRead, let context else { return }
    isReadWithheld = false
    context.read()
  }

  /// Stops or resumes TCP's own flow of bytes: what is not read here, the peer may not send.
  private var wantsToRead: Bool {
    guard phase == .open else { return true }
    if let webSocket { return webSocket.wantsToRead }
    if isParsingHeld, inbound.readableBytes >= Self.heldLimit { return false }
    return received.count < configuration.limits.pipelinedRequests
      && receivingBody?.wantsToRead ?? true
  }

  /// Bytes behind a request whose answer decides what they mean above which reading stops.
  private static let heldLimit = 64 << 10
}

extension ConnectionInfo.Address {
  init(_ address: SocketAddress) {
    switch address {
    case .v4, .v6: self = .ip(address.ipAddress ?? "", port: address.port ?? 0)
    case .unixDomainSocket: self = .unix(path: address.pathname ?? "")
    }
  }
}
