// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the connections of one event loop share: the executor, a coarse clock, the rendered date,
/// and the set of connections itself.
///
/// `@unchecked Sendable`: all of it is touched on the loop's thread only.
final class ServerLoop: @unchecked Sendable {
  let executor: LoopExecutor
  /// Shared with the other loops.
  let quota: ConnectionQuota

  /// The time of the last tick: exact enough for deadlines of seconds, and free to read.
  private(set) var now = NIODeadline.now()
  private(set) var isShuttingDown = false

  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var ticking: RepeatedTask?
  private var emptied: EventLoopPromise<Void>?
  private var date = (second: 0, field: DateField(HTTPDate(unixSeconds: 0)))
  // No access to it calls anybody.
  @exclusivity(unchecked) private var spareBuffers: [ByteBuffer] = []

  /// How often deadlines are looked at, and so how late they may be.
  static let tickInterval = TimeAmount.milliseconds(100)

  init(loop: any EventLoop, quota: ConnectionQuota = ConnectionQuota(HTTPServerLimits())) {
    self.quota = quota
    executor = LoopExecutor(loop: loop)
  }

  /// The field line `date: …`, rendered once a second (RFC 9110 section 6.6.1).
  var dateField: DateField {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &clock)
    if clock.tv_sec != date.second {
      date = (clock.tv_sec, DateField(HTTPDate(unixSeconds: Int64(clock.tv_sec))))
    }
    return date.field
  }

  /// An empty buffer for output, with room.
  func makeBuffer() -> ByteBuffer {
    spareBuffers.popLast() ?? ByteBufferAllocator().buffer(capacity: Self.bufferCapacity)
  }

  /// Takes back a buffer of ``makeBuffer()`` if nobody else holds its memory any more.
  func recycle(_ buffer: consuming ByteBuffer) {
    guard buffer.capacity <= Self.largestSpareBuffer, spareBuffers.count < Self.spareBufferCount
    else { return }
    var isOwned = false
    buffer.modifyIfUniquelyOwned { buffer in
      buffer.clear()
      isOwned = true
    }
    if isOwned { spareBuffers.append(buffer) }
  }

  private static let bufferCapacity = 4 << 10
  private static let largestSpareBuffer = 128 << 10
  private static let spareBufferCount = 64

  /// Connections whose channel is open or whose task runs.
  var connectionCount: Int { connections.count }

  /// Keeps `connection` until ``remove(_:)``; that is how a server knows what it waits for.
  func add(_ connection: HTTPConnection) {
    executor.loop.assertInEventLoop()
    connections[ObjectIdentifier(connection)] = connection
    if ticking == nil {
      now = .now()
      ticking = executor.loop.scheduleRepeatedTask(
        initialDelay: Self.tickInterval, delay: Self.tickInterval
      ) { _ in self.tick() }
    }
    if isShuttingDown { connection.beginShutdown() }
  }

  /// Lets go of a connection whose channel is closed and whose task has ended.
  func remove(_ connection: HTTPConnection) {
    executor.loop.assertInEventLoop()
    connections.removeValue(forKey: ObjectIdentifier(connection))
    guard connections.isEmpty else { return }
    ticking?.cancel()
    ticking = nil
    emptied?.succeed()
    emptied = nil
  }

  /// From now on every answer is the last one of its connection.
  func announceShutdown() {
    executor.loop.assertInEventLoop()
    isShuttingDown = true
  }

  /// Has every connection end as soon as what it is doing is done; the future succeeds when the
  /// last one has.
  func beginShutdown() -> EventLoopFuture<Void> {
    executor.loop.assertInEventLoop()
    let emptied = executor.loop.makePromise(of: Void.self)
    if connections.isEmpty {
      emptied.succeed()
    } else {
      self.emptied = emptied
      executor.run {
        for connection in connections.values { connection.beginShutdown() }
      }
    }
    return emptied.futureResult
  }

  /// Closes every connection now and cancels what runs on it.
  func closeAll() {
    executor.loop.assertInEventLoop()
    executor.run {
      for connection in connections.values { connection.terminate() }
    }
  }

  private func tick() {
    now = .now()
    executor.run {
      for connection in connections.values { connection.tick(now) }
    }
  }
}
