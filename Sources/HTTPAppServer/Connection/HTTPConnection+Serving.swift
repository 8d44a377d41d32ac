// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore

extension HTTPConnection {
  /// The connection's task: answers what was received, in order, until the connection ends or
  /// becomes a WebSocket.
  nonisolated(nonsending) func serve() async {
    while let next = await nextReceived() {
      isAnswering = true
      switch next {
      case .malformed(let error):
        answer(error.status, error.reason)
      case .request(let request):
        await answer(request)
      }
      isAnswering = false
      lastActivity = loop.now
      if phase != .open || webSocket != nil { return }
    }
  }

  @inline(__always)
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

  @inline(__always)
  private nonisolated(nonsending) func answer(_ request: ReceivedRequest) async {
    isAwaitingResponse = true
    var response = await respond(to: Request(request, on: self))
    if response.status.code < 200 { response = final(response, for: request) }
    isAwaitingResponse = false
    guard phase == .open else { return }
    addServerName(to: &response)
    if !sendAtOnce(response, for: request) { await send(response, for: request) }
    finish(request)
  }

  @inline(__always)
  private nonisolated(nonsending) func respond(to request: Request) async -> Response {
    do {
      return try await application.respond(to: request)
    } catch let error as any HTTPResponseError {
      return error.response
    } catch {
      report(error, of: request)
      return HTTPError(.internalServerError).response
    }
  }

  // Not inlined, because a task keeps room for all that it ever needs.
  @inline(never)
  private func report(_ error: any Error, of request: Request) {
    guard !Task.isCancelled else { return }
    configuration.logger.error(
      "request failed",
      metadata: [
        "method": "\(request.method)", "path": "\(request.path)", "error": "\(error)",
      ])
  }

  /// Only a WebSocket is begun with a 1xx. As an answer the client would take it for an interim one,
  /// and a body behind it for the next (RFC 9110 section 15.2).
  @inline(never)
  private func final(_ response: Response, for request: ReceivedRequest) -> Response {
    if case .webSocket = response.body.kind { return response }
    configuration.logger.error(
      "a response has no final status",
      metadata: [
        "method": "\(request.head.method)", "path": "\(request.head.path)",
        "status": "\(response.status.code)",
      ])
    return HTTPError(.internalServerError).response
  }

  /// Answers without asking the application, and gives up on the connection's framing.
  func answer(_ status: HTTPResponse.Status, _ reason: String) {
    var response = Response.text(reason + "\n", status: status)
    addServerName(to: &response)
    prepareOut()
    ResponseSerializer.writeHead(
      response.status, response.headerFields, framing: .contentLength(response.body.length ?? 0),
      connection: .close, date: loop.dateField, into: &out)
    if case .bytes(let bytes) = response.body.kind { write(bytes) }
    closeLingering()
  }

  /// Adds the Server field to a response that has none, where there is to be one.
  @inline(__always)
  func addServerName(to response: inout Response) {
    guard let name = configuration.serverName else { return }
    if response.headerFields[.server] == nil { response.headerFields[.server] = name }
  }

  /// Decides what becomes of the connection after an answer.
  private func finish(_ request: ReceivedRequest) {
    guard phase == .open, webSocket == nil else { return }
    if request.keepsAlive, !isInputEnded {
      request.incoming?.discard()
      if isParsingHeld, request.wantsWebSocket {
        isParsingHeld = false
        resumeReceiving()
      }
    } else if request.incoming?.isComplete ?? true {
      close()
    } else {
      closeLingering()
    }
  }
}
