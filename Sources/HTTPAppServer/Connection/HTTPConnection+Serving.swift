// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore

extension HTTPConnection {
  /// The connection's one task: answers what was received, in order, until the connection ends.
  nonisolated(nonsending) func serve() async {
    while let next = await nextReceived() {
      isAnswering = true
      switch next {
      case .malformed(let error):
        answer(malformed: error)
      case .request(let head, let body, let incoming):
        await answer(head, body, incoming)
      }
      isAnswering = false
      lastActivity = loop.now
      if phase != .open { return }
    }
  }

  private nonisolated(nonsending) func nextReceived() async -> Received? {
    while true {
      if let next = received.popFirst() {
        resumeReceiving()
        return next
      }
      guard phase == .open else { return nil }
      if loop.isShuttingDown {
        close()
        return nil
      }
      // Unsafe: `wakeTask` and `connectionEnded` take it away before they resume it.
      await withUnsafeContinuation { idleContinuation = $0 }
    }
  }

  private nonisolated(nonsending) func answer(
    _ head: RequestHead, _ body: RequestBody, _ incoming: IncomingBody?
  ) async {
    var exchange = Exchange(head: head, body: incoming)
    isAwaitingResponse = true
    let response = await respond(to: Request(head, body, on: self))
    isAwaitingResponse = false
    guard phase == .open else { return }
    await send(response, for: &exchange)
    finish(exchange)
  }

  private nonisolated(nonsending) func respond(to request: Request) async -> Response {
    do {
      return try await application.respond(to: request)
    } catch let error as any HTTPResponseError {
      return error.response
    } catch {
      if !Task.isCancelled {
        configuration.logger.error(
          "request failed",
          metadata: [
            "method": "\(request.method)", "path": "\(request.path)", "error": "\(error)",
          ])
      }
      return HTTPError(.internalServerError).response
    }
  }

  /// Answers what could not be parsed and gives up on the connection's framing.
  private func answer(malformed error: HTTPParseError) {
    let response = Response.text(error.reason + "\n", status: error.status)
    prepareOut()
    ResponseSerializer.writeHead(
      response.status, response.headerFields, framing: .contentLength(response.body.length ?? 0),
      connection: .close, date: loop.dateField, into: &out)
    if case .bytes(let bytes) = response.body.kind { write(bytes) }
    closeLingering()
  }

  /// Decides what becomes of the connection after an answer.
  private func finish(_ exchange: Exchange) {
    guard phase == .open else { return }
    if exchange.keepsAlive {
      exchange.body?.discard()
      if isParsingHeld {
        isParsingHeld = false
        resumeReceiving()
      }
    } else if exchange.body?.isComplete ?? true {
      close()
    } else {
      closeLingering()
    }
  }
}

/// One request and the decisions about its answer.
struct Exchange {
  let method: HTTPRequest.Method
  let isHTTP10: Bool
  let wantsWebSocket: Bool
  let head: RequestHead
  let body: IncomingBody?
  var keepsAlive: Bool

  init(head: RequestHead, body: IncomingBody?) {
    method = head.method
    isHTTP10 = head.version == .http1_0
    wantsWebSocket = head.isWebSocketUpgrade && head.bodyFraming == .none
    keepsAlive = head.keepsAlive
    self.head = head
    self.body = body
  }
}

extension RequestHead: RequestHeadSource {}

extension Request {
  fileprivate init(_ head: RequestHead, _ body: RequestBody, on connection: HTTPConnection) {
    // Applications see one form of target, whichever the client chose (RFC 9112 section 3.2).
    var target = head.target
    if head.targetForm == .absolute {
      target = head.path
      if let query = head.query { target += "?" + query }
    }
    self.init(
      method: head.method, target: target, authority: head.authority, head: head, body: body,
      httpVersion: head.version == .http1_1 ? .http11 : .http10,
      isWebSocketUpgrade: head.isWebSocketUpgrade && head.bodyFraming == .none,
      connection: connection.connectionInfo,
      informationalSender: head.version == .http1_1 ? connection : nil)
  }
}
