// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import WebSocketCodec

/// One request of a connection, from its head to the decisions about its answer. An object, so that
/// it waits, is asked for fields and is answered without being copied.
///
/// `@unchecked Sendable`: only `head`, which does not change, is read outside the loop's thread.
final class ReceivedRequest: RequestHeadSource, @unchecked Sendable {
  let head: RequestHead
  let body: RequestBody
  /// The body's other end, if it has not arrived with the head.
  let incoming: IncomingBody?
  /// Whether another request may follow on the connection.
  var keepsAlive: Bool

  init(head: RequestHead, body: RequestBody, incoming: IncomingBody? = nil) {
    self.head = head
    self.body = body
    self.incoming = incoming
    keepsAlive = head.keepsAlive
  }

  var isHTTP10: Bool { head.version == .http1_0 }
  var wantsWebSocket: Bool { head.isWebSocketUpgrade && head.bodyFraming == .none }

  /// The accept value of an opening handshake that can be completed (RFC 6455 section 4.2.1).
  var webSocketAccept: String? {
    guard wantsWebSocket, head.value(of: .secWebSocketVersion) == WebSocketHandshake.version else {
      return nil
    }
    return head.value(of: .secWebSocketKey).flatMap(WebSocketHandshake.accept(key:))
  }

  var authority: String? { head.authority }

  func makeHeaderFields() -> HTTPFields { head.makeHeaderFields() }

  func value(of name: HTTPField.Name) -> String? { head.value(of: name) }

  /// Whether a response has a body on the wire (RFC 9112 section 6.3).
  func sendsBody(with status: HTTPResponse.Status) -> Bool {
    status != .noContent && status != .notModified && head.method != .head
  }
}

extension Request {
  init(_ received: ReceivedRequest, on connection: HTTPConnection) {
    // Applications see one form of target, whichever the client chose (RFC 9112 section 3.2).
    var target = received.head.target
    var pathLength = received.head.targetLengthWithoutQuery
    if received.head.targetForm == .absolute {
      target = received.head.path
      pathLength = target.utf8.count
      if let query = received.head.query { target += "?" + query }
    }
    self.init(
      method: received.head.method, target: target, pathLength: pathLength, head: received,
      body: received.body, httpVersion: received.isHTTP10 ? .http10 : .http11,
      isWebSocketUpgrade: received.webSocketAccept != nil, connection: connection.connectionInfo,
      informationalSender: received.isHTTP10 ? nil : connection)
  }
}
