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
    try await channel.eventLoop.submit {
      // A server may have sent its packets and closed by now.
      if channel.isActive { try channel.pipeline.syncOperations.addHandler(socket) }
      receiver.opened(socket, response)
      for bytes in exchange.handOver() { socket.read(bytes) }
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
    // Later, since reading on may bring messages in the same stack.
    channel.eventLoop.execute { [channel] in
      channel.setOption(.autoRead, value: isReading).whenComplete { _ in }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    read(unwrapInboundIn(data))
  }

  private func read(_ bytes: ByteBuffer) {
    var bytes = bytes
    if received.readableBytes > 0 {
      received.writeBuffer(&bytes)
      readFrames(&received)
    } else {
      readFrames(&bytes)
      received = bytes.readableBytes > 0 ? bytes : ByteBuffer()
    }
  }

  private func readFrames(_ bytes: inout ByteBuffer) {
    while let event = machine.next(in: &bytes) {
      switch event {
      case .text(let text): receiver.received(.text(text))
      case .binary(let bytes): receiver.received(.binary(bytes))
      case .ping(let payload):
        var frame = ByteBuffer()
        machine.write(pong: payload, into: &frame)
        channel.writeAndFlush(frame, promise: nil)
      case .pong: break
      case .close(let code, let reason):
        end(.webSocketClosed(code: code?.rawValue, reason: reason))
        closeConnection(code)
      case .failure(let error):
        end(
          error == .messageTooBig || error == .frameTooBig
            ? .tooLarge(limit: machine.limits.maxMessageBytes) : .malformed(error.reason))
        closeConnection(error.closeCode)
      }
    }
  }

  /// Answers a close frame, or says what is wrong, and leaves.
  private func closeConnection(_ code: WebSocketCloseCode?) {
    var frame = ByteBuffer()
    machine.writeClose(code, into: &frame)
    channel.writeAndFlush(frame, promise: nil)
    channel.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.connectionLost("\(error)"))
    context.close(promise: nil)
  }
}
