// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore
import WebSocketCodec

extension HTTPConnection {
  /// Completes the opening handshake (RFC 6455 section 4.2.2) and runs the upgrade's handler on
  /// what the connection is from then on; or refuses with an ordinary response.
  nonisolated(nonsending) func switchToWebSocket(
    _ response: Response, _ upgrade: WebSocketUpgrade, for request: ReceivedRequest
  ) async {
    guard let accept = request.webSocketAccept else {
      _ = sendAtOnce(refusal(of: request), for: request)
      return
    }
    var response = response
    response.status = .switchingProtocols
    response.headerFields[.upgrade] = "websocket"
    response.headerFields[.secWebSocketAccept] = accept
    if let subprotocol = upgrade.subprotocol {
      response.headerFields[.secWebSocketProtocol] = subprotocol
    }
    let deflate = WebSocketDeflate.agreed(with: request, upgrade.options.compression)
    response.headerFields[.secWebSocketExtensions] = deflate?.answer
    prepareOut()
    ResponseSerializer.writeHead(
      response.status, response.headerFields, framing: .none, date: loop.dateField, into: &out)

    let connection = WebSocketConnection(
      connection: self, options: upgrade.options, deflate: deflate)
    webSocket = connection
    if loop.isShuttingDown { connection.close(.goingAway, reason: "") }
    if inbound.readableBytes > 0 { receive() }
    resumeReading()
    do {
      try await upgrade.handler(WebSocket(transport: connection))
      connection.close(.normalClosure, reason: "")
    } catch {
      if !(error is WebSocketError), !Task.isCancelled {
        configuration.logger.error("WebSocket handler failed", metadata: ["error": "\(error)"])
      }
      connection.close(.internalError, reason: "")
    }
    await connection.waitUntilClosed()
  }

  private func refusal(of request: ReceivedRequest) -> Response {
    if request.wantsWebSocket,
      request.head.value(of: .secWebSocketVersion) == WebSocketHandshake.version
    {
      return .text("The sec-websocket-key is not 16 bytes in base64.\n", status: .badRequest)
    }
    var response = Response.text(
      "This resource is a WebSocket of version \(WebSocketHandshake.version).\n",
      status: .upgradeRequired)
    response.headerFields[.upgrade] = "websocket"
    response.headerFields[.secWebSocketVersion] = WebSocketHandshake.version
    return response
  }
}
