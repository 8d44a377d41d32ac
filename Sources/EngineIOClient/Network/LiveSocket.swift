// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import NIOCore
import Synchronization
import WebSocketCodec

/// The client's end of an open WebSocket over a socket.
///
/// `@unchecked Sendable`: `outgoing` and `ended` are guarded by themselves, everything else that
/// changes is touched on the channel's event loop only.
final class LiveSocket: ClientSocket, ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer

  private struct Outgoing {
    var packets: [Packet] = []
    var bytes = 0
    var isClosing = false
    /// Whether the event loop is about to write.
    var isScheduled = false
  }

  private let channel: any Channel
  private let receiver: any WebSocketReceiver
  private let highWaterMark: Int
  private let outgoing = Mutex(Outgoing())
  private let ended = Mutex<EngineIOClientError.Cause?>(nil)
  private var machine: WebSocketStateMachine
  private var received = ByteBuffer()

  private init(
    _ channel: any Channel, receiver: any WebSocketReceiver, deflate: WebSocketDeflate?,
    _ configuration: EngineIOClient.Configuration
  ) {
    self.channel = channel
    self.receiver = receiver
    highWaterMark = configuration.sendBufferBytes
    let limits = WebSocketStateMachine.Limits(
      maxFrameBytes: configuration.maxReceivedBytes,
      maxMessageBytes: configuration.maxReceivedBytes)
    machine = WebSocketStateMachine(role: .client, limits: limits, deflate: deflate)
  }

  /// Makes a connection whose handshake is over into a WebSocket.
  static func install(
    on channel: any Channel, behind exchange: HTTPExchange, _ response: ClientResponse,
    receiver: any WebSocketReceiver, deflate: WebSocketDeflate?,
    _ configuration: EngineIOClient.Configuration
  ) async throws -> LiveSocket {
    let socket = LiveSocket(channel, receiver: receiver, deflate: deflate, configuration)
    let mark = ChannelOptions.Types.WriteBufferWaterMark(
      low: max(configuration.sendBufferBytes / 2, 1), high: max(configuration.sendBufferBytes, 1))
    try await channel.setOption(.writeBufferWaterMark, value: mark).get()
    try await channel.eventLoop.submit {
      guard channel.isActive else {
        throw EngineIOClientError(.handshake, .connectionLost("the server closed it"))
      }
      try channel.pipeline.syncOperations.addHandler(socket)
      receiver.opened(socket, response)
      exchange.handOver()
    }.get()
    return socket
  }

  /// How the WebSocket ended.
  var closure: EngineIOClientError {
    let cause = ended.withLock { $0 ?? .connectionLost("without a closing handshake") }
    return EngineIOClientError(.webSocket, cause, transport: .websocket)
  }

  private func end(_ cause: EngineIOClientError.Cause) {
    ended.withLock { if $0 == nil { $0 = cause } }
  }
}

// MARK: - Sending

extension LiveSocket {
  func send(_ packet: Packet) {
    enqueue {
      $0.packets.append(packet)
      $0.bytes += packet.byteCount
    }
  }

  func close() {
    enqueue { $0.isClosing = true }
  }

  var isWritable: Bool {
    channel.isWritable && outgoing.withLock(\.bytes) <= highWaterMark
  }

  /// Leaves writing to the event loop, which writes once what was sent meanwhile.
  private func enqueue(_ change: (inout Outgoing) -> Void) {
    let isFirst = outgoing.withLock { outgoing in
      change(&outgoing)
      defer { outgoing.isScheduled = true }
      return !outgoing.isScheduled
    }
    if isFirst { channel.eventLoop.execute { self.write() } }
  }

  private func write() {
    let (packets, bytes, isClosing) = outgoing.withLock { outgoing in
      defer { outgoing = Outgoing() }
      return (outgoing.packets, outgoing.bytes, outgoing.isClosing)
    }
    var frames = ByteBuffer()
    frames.reserveCapacity(bytes + 14 * packets.count)
    for packet in packets {
      switch packet.webSocketFrame {
      case .text(let text): machine.write(text: text, into: &frames)
      case .binary(let bytes): machine.write(binary: bytes, into: &frames)
      }
    }
    if isClosing { machine.writeClose(.normalClosure, into: &frames) }
    if frames.readableBytes > 0 { channel.writeAndFlush(frames, promise: nil) }
    if bytes > highWaterMark, channel.isWritable { receiver.becameWritable() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { receiver.becameWritable() }
    context.fireChannelWritabilityChanged()
  }
}

// MARK: - Receiving

extension LiveSocket {
  func setReading(_ isReading: Bool) {
    channel.setOption(.autoRead, value: isReading).whenComplete { _ in }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if received.readableBytes > 0 {
      received.writeBuffer(&bytes)
      readFrames(context, &received)
    } else {
      readFrames(context, &bytes)
      received = bytes.readableBytes > 0 ? bytes : ByteBuffer()
    }
  }

  private func readFrames(_ context: ChannelHandlerContext, _ bytes: inout ByteBuffer) {
    while let event = machine.next(in: &bytes) {
      switch event {
      case .text(let text): receiver.received(.text(text))
      case .binary(let bytes): receiver.received(.binary(bytes))
      case .ping(let payload):
        var frame = ByteBuffer()
        machine.write(pong: payload, into: &frame)
        context.writeAndFlush(NIOAny(frame), promise: nil)
      case .pong: break
      case .close(let code, let reason):
        end(.webSocketClosed(code: code?.rawValue, reason: reason))
        closeConnection(context, code)
      case .failure(let error):
        end(
          error == .messageTooBig || error == .frameTooBig
            ? .tooLarge(limit: machine.limits.maxMessageBytes) : .malformed(error.reason))
        closeConnection(context, error.closeCode)
      }
    }
  }

  /// Answers a close frame, or says what is wrong, and leaves.
  private func closeConnection(_ context: ChannelHandlerContext, _ code: WebSocketCloseCode?) {
    var frame = ByteBuffer()
    machine.writeClose(code, into: &frame)
    context.writeAndFlush(NIOAny(frame), promise: nil)
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.connectionLost("\(error)"))
    context.close(promise: nil)
  }
}
