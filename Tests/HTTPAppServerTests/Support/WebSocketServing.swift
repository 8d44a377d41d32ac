// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Testing

@testable import HTTPAppServer

/// Serves WebSockets with `options`, and text to plain requests; opens one.
func withSocket(
  _ options: (inout WebSocketOptions) -> Void = { _ in }, isReading: Bool = true,
  isOffloaded: Bool = false,
  handler: @escaping @Sendable (WebSocket) async throws -> Void,
  _ body: (RawClient, TestServer) async throws -> Void
) async throws {
  var chosen = WebSocketOptions()
  options(&chosen)
  let app = HTTPHandler { [chosen] request in
    guard request.isWebSocketUpgrade else { return .text("") }
    return .webSocket(options: chosen) { socket in
      guard isOffloaded else { return try await handler(socket) }
      try await withTaskExecutorPreference(globalConcurrentExecutor) {
        #expect((socket.executor as? LoopExecutor)?.loop.inEventLoop == false)
        try await handler(socket)
      }
    }
  }
  try await withServer(app) { server async throws in
    let client = try await server.connect(isReading: isReading)
    if isReading {
      #expect(try await client.upgrade().status == 101)
    } else {
      try await client.send(
        request(
          "/", "upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="))
    }
    try await body(client, server)
  }
}

/// A handler that sends back what it receives.
let echoMessages: @Sendable (WebSocket) async throws -> Void = { socket in
  for try await message in socket.messages { try await socket.send(message) }
}

extension WebSocket {
  func receive() async throws(WebSocketError) -> WebSocketMessage? {
    var messages = messages.makeAsyncIterator()
    return try await messages.next()
  }
}
