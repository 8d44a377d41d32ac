// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import NIOPosix
import WebSocketCodec

/// Answers each request head with bytes, right or wrong.
enum RawServer {
  struct Answer: Sendable {
    var bytes: ByteBuffer
    /// Whether the connection is closed afterwards.
    var closes: Bool

    init(_ bytes: ByteBuffer, closes: Bool = false) {
      self.bytes = bytes
      self.closes = closes
    }

    init(_ text: String, closes: Bool = false) {
      self.init(ByteBuffer(string: text), closes: closes)
    }

    /// A whole response with a body.
    static func body(_ body: String, status: String = "200 OK", fields: String = "") -> Answer {
      Answer(
        "HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// What makes a WebSocket of the connection, and these frames behind it.
    static func webSocket(
      _ head: String, fields: String = "", accept: String? = nil, frames: [[UInt8]] = [],
      closes: Bool = false
    ) -> Answer {
      let key = head.split(separator: "\r\n").first {
        $0.lowercased().hasPrefix("sec-websocket-key:")
      }.map { $0.split(separator: " ").last.map(String.init) ?? "" }
      let accept = accept ?? WebSocketHandshake.accept(key: key ?? "") ?? ""
      var bytes = ByteBuffer(
        string: "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
          + "connection: upgrade\r\nsec-websocket-accept: \(accept)\r\n\(fields)\r\n")
      for frame in frames { bytes.writeBytes(frame) }
      return Answer(bytes, closes: closes)
    }

    /// A text frame.
    static func frame(_ text: String) -> [UInt8] {
      var bytes = ByteBuffer()
      var machine = WebSocketStateMachine(role: .server)
      machine.write(text: text, into: &bytes)
      return Array(bytes.readableBytesView)
    }
  }

  /// Runs a server that answers each head by `script`; `nil` is no answer.
  static func run<Result>(
    _ script: @escaping @Sendable (_ head: String) -> Answer?,
    _ body: (_ origin: String) async throws -> Result
  ) async throws -> Result {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      let result = try await body("http://127.0.0.1:\(listener.localAddress?.port ?? 0)")
      try await listener.close()
      return result
    } catch {
      try await listener.close()
      throw error
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: @Sendable (String) -> Answer?
    private var received = ""

    init(_ script: @escaping @Sendable (String) -> Answer?) {
      self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += String(buffer: unwrapInboundIn(data))
      while let end = received.firstRange(of: "\r\n\r\n") {
        let head = String(received[..<end.upperBound])
        received.removeSubrange(..<end.upperBound)
        guard head.hasPrefix("GET ") || head.hasPrefix("POST "), let answer = script(head) else {
          continue
        }
        context.writeAndFlush(NIOAny(answer.bytes), promise: nil)
        if answer.closes { context.close(promise: nil) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
