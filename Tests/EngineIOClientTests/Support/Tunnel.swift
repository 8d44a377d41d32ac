// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Listens and passes on what comes to a port of 127.0.0.1: without TLS what came with it, from IPv6 to
/// IPv4, or where CONNECT says, as a proxy.
final class Tunnel: Sendable {
  enum Mode: Sendable {
    case relay(toPort: Int)
    /// Answers CONNECT with this status.
    case proxy(status: Int = 200)
  }

  let port: Int
  private let log: HeadLog

  /// The requests for tunnels so far.
  var connects: [String] { log.all }

  private init(port: Int, log: HeadLog) {
    self.port = port
    self.log = log
  }

  static func run<Result>(
    _ mode: Mode, host: String = "127.0.0.1", tls: NIOSSLContext? = nil,
    _ body: (Tunnel) async throws -> Result
  ) async throws -> Result {
    let log = HeadLog()
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
          try pipeline.addHandler(TunnelHandler(mode, log))
        }
      }
      .bind(host: host, port: 0).get()
    let tunnel = Tunnel(
      port: listener.localAddress?.port ?? 0, log: log)
    do {
      let result = try await body(tunnel)
      try await listener.close()
      return result
    } catch {
      try await listener.close()
      throw error
    }
  }
}

/// The heads of the requests that came.
final class HeadLog: Sendable {
  private let heads = Mutex<[String]>([])

  var all: [String] { heads.withLock { $0 } }
  func append(_ head: String) { heads.withLock { $0.append(head) } }
}

/// The accepted end of a tunnel.
private final class TunnelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let mode: Tunnel.Mode
  private let log: HeadLog
  private var waiting = ByteBuffer()
  private var upstream: (any Channel)?
  private var isConnecting = false

  init(_ mode: Tunnel.Mode, _ log: HeadLog) {
    self.mode = mode
    self.log = log
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if let upstream {
      upstream.writeAndFlush(bytes, promise: nil)
      return
    }
    waiting.writeBuffer(&bytes)
    guard !isConnecting else { return }
    switch mode {
    case .relay(let port): connect(to: port, context)
    case .proxy(let status):
      let text = String(buffer: waiting)
      guard let end = text.firstRange(of: "\r\n\r\n") else { return }
      log.append(text)
      waiting.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
      guard status == 200, let port = Self.port(text) else {
        let answer = "HTTP/1.1 \(status) No\r\ncontent-length: 0\r\n\r\n"
        context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
        context.close(promise: nil)
        return
      }
      context.writeAndFlush(
        NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
      connect(to: port, context)
    }
  }

  /// The port that CONNECT names.
  private static func port(_ head: String) -> Int? {
    let target = head.split(separator: " ").dropFirst().first
    return target?.split(separator: ":").last.flatMap { Int($0) }
  }

  private func connect(to port: Int, _ context: ChannelHandlerContext) {
    isConnecting = true
    let downstream = context.channel
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    ClientBootstrap(group: context.eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(UpstreamHandler(downstream))
        }
      }
      .connect(host: "127.0.0.1", port: port)
      .whenComplete { result in
        let (handler, context) = bound.value
        switch result {
        case .success(let channel):
          handler.upstream = channel
          channel.writeAndFlush(handler.waiting, promise: nil)
          if !context.channel.isActive { channel.close(promise: nil) }
        case .failure:
          context.close(promise: nil)
        }
      }
  }

  func channelInactive(context: ChannelHandlerContext) {
    upstream?.close(promise: nil)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// The end of a tunnel at the server.
private final class UpstreamHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let downstream: any Channel

  init(_ downstream: any Channel) {
    self.downstream = downstream
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    downstream.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    downstream.close(promise: nil)
    context.fireChannelInactive()
  }
}
