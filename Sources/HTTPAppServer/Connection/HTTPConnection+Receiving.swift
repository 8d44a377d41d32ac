// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import NIOCore

extension HTTPConnection {
  /// What the task gets to answer.
  enum Received {
    case request(ReceivedRequest)
    indirect case malformed(HTTPParseError)
  }

  /// Takes what is complete out of ``inbound``.
  func receive() {
    if let webSocket {
      repeat { webSocket.receive(&inbound) } while webSocket.giveToReceiver()
    } else {
      receiveHTTP()
    }
    if inbound.readableBytes == 0 {
      // Lets the channel's receive buffer be reused once nobody else holds it.
      inbound = ByteBuffer()
      headStarted = nil
    } else if headStarted == nil, receivingBody == nil {
      headStarted = loop.now
    }
  }

  private func receiveHTTP() {
    do throws(HTTPParseError) {
      while canReceiveMore {
        if parser.isBetweenRequests {
          guard let head = try parser.nextHead(in: &inbound) else { return }
          headStarted = nil
          try receive(head)
        } else {
          guard let event = try parser.next(in: &inbound) else { return }
          receive(event)
        }
      }
    } catch {
      if let body = receivingBody {
        giveUp(body, bodyError(error))
      } else {
        stopParsing()
        received.append(.malformed(error))
      }
    }
  }

  /// Ends a body before its end, and with it what can be understood of the connection.
  func giveUp(_ body: IncomingBody, _ error: RequestBodyError) {
    stopParsing()
    receivingBody = nil
    body.fail(error)
    // Its request has been answered: nobody else ends the connection.
    if body.isDiscarding { closeLingering() }
  }

  private func stopParsing() {
    inbound = ByteBuffer()
    isParsingHeld = true
  }

  private func bodyError(_ error: HTTPParseError) -> RequestBodyError {
    switch error.status {
    case .contentTooLarge: .tooLarge(limit: configuration.limits.bodyBytes ?? 0)
    case .requestHeaderFieldsTooLarge: .trailersTooLarge
    default: .malformed(error.reason)
    }
  }

  private func receive(_ event: RequestParser.Event) {
    switch event {
    case .head: assertionFailure("a head comes between requests")
    case .body(let bytes):
      arrival.received(bytes.readableBytes)
      receivingBody?.receive(bytes)
    case .end(let trailers):
      receivingBody?.end(trailers)
      receivingBody = nil
    }
  }

  private var canReceiveMore: Bool {
    guard phase == .open, !isParsingHeld else { return false }
    return receivingBody != nil || received.count < configuration.limits.pipelinedRequests
  }

  private func receive(_ head: RequestHead) throws(HTTPParseError) {
    // No response can be a tunnel, and what a client sends into one is no request.
    if head.targetForm == .authority {
      throw HTTPParseError(status: .notImplemented, reason: "CONNECT is not implemented.")
    }
    guard head.bodyFraming != .none else {
      isParsingHeld = head.isWebSocketUpgrade
      received.append(.request(ReceivedRequest(head: head, body: .empty)))
      return
    }
    if let whole = try receiveWholeBody(of: head) {
      received.append(.request(ReceivedRequest(head: head, body: RequestBody(whole))))
      return
    }
    var length: Int?
    if case .contentLength(let count) = head.bodyFraming { length = count }
    let body = IncomingBody(
      connection: self, awaitsContinue: head.expectsContinue && inbound.readableBytes == 0)
    receivingBody = body
    arrival.pause()
    received.append(
      .request(
        ReceivedRequest(
          head: head, body: RequestBody(source: body, length: length), incoming: body)))
  }

  /// A body that has arrived together with its head needs no machinery.
  private func receiveWholeBody(of head: RequestHead) throws(HTTPParseError) -> ByteBuffer? {
    guard case .contentLength(let length) = head.bodyFraming, length <= inbound.readableBytes,
      case .body(let bytes)? = try parser.next(in: &inbound),
      case .end? = try parser.next(in: &inbound)
    else { return nil }
    return bytes
  }

  /// Goes on with bytes that had to wait for an answer.
  func resumeReceiving() {
    if inbound.readableBytes > 0 { receive() }
    resumeReading()
  }
}
