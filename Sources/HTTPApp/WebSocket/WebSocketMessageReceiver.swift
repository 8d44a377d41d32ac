// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

/// Takes the messages of a WebSocket by being called, where a handler would wait for them in a task:
/// an idle connection then costs none.
///
/// A host calls it where the connection runs, one call at a time: `begin`, `receive` for every
/// message, `end`. One that does not know of receivers runs the upgrade's handler, which does the same.
package protocol WebSocketMessageReceiver: AnyObject, Sendable {
  /// The connection is there; the first call.
  func begin(on webSocket: WebSocket)
  /// Takes the next message.
  ///
  /// - Returns: what has to return before there is room for another; `nil` if there is.
  func receive(_ message: WebSocketMessage) -> (@Sendable () async -> Void)?
  /// There are no more messages; the last call.
  ///
  /// - Parameter error: as ``WebSocket/messages`` would throw it; `nil` after a proper close.
  func end(_ error: WebSocketError?)
}

extension WebSocketMessageReceiver {
  /// Does in a task what a host that knows of receivers does without one.
  fileprivate nonisolated(nonsending) func take(messagesOf webSocket: WebSocket) async {
    begin(on: webSocket)
    do throws(WebSocketError) {
      var messages = webSocket.messages.makeAsyncIterator()
      while let message = try await messages.next() {
        if let wait = receive(message) { await wait() }
      }
      // Without a closing handshake it was this task that was cancelled.
      end(webSocket.closure == nil ? .connectionLost : nil)
    } catch {
      end(error)
    }
  }
}

extension Response {
  /// The answer that accepts a WebSocket whose messages `receiver` takes.
  package static func webSocket(
    options: WebSocketOptions, receiver: some WebSocketMessageReceiver
  ) -> Response {
    var upgrade = WebSocketUpgrade(options: options) { await receiver.take(messagesOf: $0) }
    upgrade.receiver = receiver
    return Response(status: .switchingProtocols, body: .webSocket(upgrade))
  }
}
