// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

extension HTTPConnection {
  /// Whether what was written before should leave first.
  var isBackedUp: Bool {
    out.readableBytes > highWaterMark || context?.channel.isWritable == false
  }

  /// Suspends while the peer is slow to take what was written.
  nonisolated(nonsending) func waitUntilWritable() async {
    if isBackedUp { flush() }
    while phase != .closed, context?.channel.isWritable == false, !Task.isCancelled {
      await writability.wait()
    }
  }

  /// Suspends until the operating system has taken what was written before.
  ///
  /// - Returns: false if the connection ended, or the task was cancelled, before that.
  nonisolated(nonsending) func waitUntilTaken() async -> Bool {
    flush()
    guard phase != .closed, let context else { return false }
    guard channelBytes > 0 else { return true }
    let mark = self.mark(context)
    while !mark.isOver, !Task.isCancelled { await mark.waiters.wait() }
    return mark.isTaken
  }

  private func mark(_ context: ChannelHandlerContext) -> TakenMark {
    let mark = TakenMark(waiters: WaitList(executor: executor))
    // The channel completes its writes in their order, also those of nothing.
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      if case .success = result { mark.isTaken = true }
      mark.isOver = true
      mark.waiters.wakeAll()
    }
    context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
    return mark
  }

  /// A place in what is written, and who waits for it.
  private final class TakenMark {
    let waiters: WaitList
    var isTaken = false
    var isOver = false

    init(waiters: WaitList) {
      self.waiters = waiters
    }
  }

  /// Has ``out`` sent at the end of the drain.
  func flushLater() {
    guard !isFlushPending else { return }
    isFlushPending = true
    executor.flushLater(self)
  }

  func flush() {
    isFlushPending = false
    guard let context else { return }
    if out.readableBytes > 0 {
      let bytes = out
      out = ByteBuffer()
      drain.wrote(bytes.readableBytes)
      context.writeAndFlush(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
      loop.recycle(bytes)
    }
    webSocket?.flushed()
    if phase == .closing { closeChannel() }
  }

  /// Writes bytes that are too many to be worth copying, behind what is in ``out``.
  func writeUncopied(_ data: IOData, promise: EventLoopPromise<Void>? = nil) {
    guard let context else {
      promise?.fail(ChannelError.alreadyClosed)
      return
    }
    drain.wrote(out.readableBytes + data.readableBytes)
    if out.readableBytes > 0 {
      context.write(wrapOutboundOut(.byteBuffer(out)), promise: nil)
      out = ByteBuffer()
    }
    context.writeAndFlush(wrapOutboundOut(data), promise: promise)
  }

  /// An empty buffer to append to, if ``out`` is not one already.
  func prepareOut() {
    if out.capacity == 0 { out = loop.makeBuffer() }
    flushLater()
  }

  /// Bytes written and not yet taken by the operating system.
  var bufferedBytes: Int {
    out.readableBytes + channelBytes
  }

  /// Bytes that wait in the channel.
  private var channelBytes: Int {
    (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// Whether the peer has taken nothing for too long of what waits for it.
  func isStalled(_ now: NIODeadline) -> Bool {
    drain.mayBePending
      && drain.isStalled(
        now, pending: channelBytes, patience: TimeAmount(configuration.limits.writeTimeout))
  }

  /// Sets the mark above which the connection is backed up.
  func setHighWaterMark(_ bytes: Int) {
    highWaterMark = bytes
    try? context?.channel.syncOptions?.setOption(
      .writeBufferWaterMark, value: .init(low: max(bytes / 2, 1), high: max(bytes, 2)))
  }
}
