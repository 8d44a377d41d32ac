// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import NIOPosix
import WebSocketCodec

extension LiveClient {
  func webSocket<Result: Sendable>(
    _ request: TestRequest, _ body: @Sendable (WebSocket) async throws -> Result
  ) async throws -> Result {
    let socket = LiveWebSocket()
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(socket: socket))
        }
      }
      .connect(host: host, port: port).get()
    do {
      let key = WebSocketHandshake.makeKey()
      try await channel.writeAndFlush(handshake(for: request, key: key))
      let response = try await socket.response()
      guard response.status == .switchingProtocols,
        WebSocketHandshake.isAccept(response.headerFields[.secWebSocketAccept] ?? "", for: key)
      else { throw WebSocketRefused(response: response) }
      socket.open(on: channel)
      let result = try await body(WebSocket(transport: socket))
      socket.close(.normalClosure, reason: "")
      try await channel.closeFuture.get()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }

  private func handshake(for request: TestRequest, key: String) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeString("GET \(request.target) HTTP/1.1\r\n")
    if !request.headerFields.contains(where: { $0.name.canonicalName == "host" }) {
      bytes.writeString("host: \(host):\(port)\r\n")
    }
    for field in request.headerFields {
      bytes.writeString("\(field.name.rawName): \(field.value)\r\n")
    }
    bytes.writeString(
      "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n")
    bytes.writeString("sec-websocket-key: \(key)\r\n\r\n")
    return bytes
  }

  private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let socket: LiveWebSocket

    init(socket: LiveWebSocket) {
      self.socket = socket
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      socket.receive(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
      socket.connectionEnded()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
