// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import NIOHTTP1

extension ReverseProxy {
  /// Opens a WebSocket to the backend first, so that its refusal is the client's answer.
  func openWebSocket(
    _ request: Request, _ rule: ProxyRule, _ target: String
  ) async throws -> Response {
    let handshake = BackendHandshake(
      rule: rule, target: target, fields: fields(for: request), limits: limits)
    switch try await handshake.run() {
    case .opened(let head, let socket):
      let received = HTTPFields(head.headers)
      var fields = ForwardedFields.endToEnd(received)
      for name: HTTPField.Name in [
        .secWebSocketAccept, .secWebSocketProtocol, .secWebSocketExtensions,
      ] {
        fields[name] = nil
      }
      var options = WebSocketOptions()
      options.maxMessageBytes = BackendSocket.mostMessageBytes
      options.maxFrameBytes = BackendSocket.mostMessageBytes
      return .webSocket(
        subprotocol: received[.secWebSocketProtocol], headerFields: fields, options: options
      ) { await socket.connect(to: $0) }
    case .answered(let channel):
      return try await response(from: channel, rule)
    }
  }

  /// Bytes of a refusal that are passed on.
  private static let refusalBytes = 64 << 10

  private func response(
    from channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>, _ rule: ProxyRule
  ) async throws -> Response {
    try await channel.executeThenClose { parts, _ in
      var response: Response?
      var body = ByteBuffer()
      reading: for try await part in parts {
        switch part {
        case .head(let head):
          guard head.status.code >= 200 else { continue }
          response = Response(
            status: .init(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase),
            headerFields: ForwardedFields.endToEnd(HTTPFields(head.headers)))
        case .body(let bytes):
          body.writeImmutableBuffer(bytes)
          if body.readableBytes > Self.refusalBytes { break reading }
        case .end: break reading
        }
      }
      guard var response else {
        throw BackendFailure(.badGateway, "did not open a WebSocket as it was asked to.")
      }
      response.body = ResponseBody(body)
      return response
    }
  }
}
