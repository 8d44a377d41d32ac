// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore
import WebSocketCodec

extension HTTPConnection {
  /// Completes the opening handshake (RFC 6455 section 4.2.2), after which the upgrade's handler is
  /// what serves the connection; or refuses with an ordinary response.
  func switchToWebSocket(
    _ response: Response, _ upgrade: WebSocketUpgrade, for request: ReceivedRequest
  ) {
    guard let accept = request.webSocketAccept else {
      var refusal = refusal(of: request)
      addServerName(to: &refusal)
      _ = sendAtOnce(refusal, for: request)
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
    if let receiver = upgrade.receiver {
      connection.receiver = receiver
    } else {
      webSocketHandler = upgrade.handler
    }
    if loop.isShuttingDown { connection.close(.goingAway, reason: "") }
    if inbound.readableBytes > 0 { receive() }
    resumeReading()
  }

  /// The task of a connection that has become a WebSocket. One of its own, because an idle WebSocket
  /// would keep everything that the task of its request ever needed.
  nonisolated(nonsending) func serve(_ webSocket: WebSocketConnection) async {
    let handler = webSocketHandler
    webSocketHandler = nil
    do {
      try await handler?(WebSocket(transport: webSocket))
      webSocket.close(.normalClosure, reason: "")
    } catch {
      report(error)
      webSocket.close(.internalError, reason: "")
    }
    await webSocket.waitUntilClosed()
  }

  // Not inlined, because a task keeps room for all that it ever needs.
  @inline(never)
  private func report(_ error: any Error) {
    if !(error is WebSocketError), !Task.isCancelled {
      configuration.logger.error("WebSocket handler failed", metadata: ["error": "\(error)"])
    }
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
