// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPTypes
import NIOCore

/// How a client reaches its server.
protocol Network: Sendable {
  /// Sends a request and reads its answer, whatever its status. Throws promptly when the task is
  /// cancelled.
  func perform(_ request: ClientRequest) async throws(EngineIOClientError) -> ClientResponse

  /// Opens a WebSocket, tells `receiver` what happens on it, and returns when it is over, saying why;
  /// promptly when the task is cancelled.
  func runWebSocket(_ request: ClientRequest, _ receiver: any WebSocketReceiver) async
    -> EngineIOClientError

  /// Gives back what connections there are. Nothing is performed any more.
  func shutDown() async
}

/// A GET or a POST, or the handshake of a WebSocket.
struct ClientRequest: Sendable {
  var endpoint: Endpoint
  var transport: TransportKind
  var sid: String?
  var timestamp: String?
  var headerFields: HTTPFields
  /// The payload of a post; `nil` for a GET.
  var body: ByteBuffer?

  var target: String { endpoint.target(transport, sid: sid, timestamp: timestamp) }

  /// The request that a redirect of the handshake asks for. What is only for one origin does not go
  /// to another.
  func redirected(to location: String) throws(EngineIOClientError) -> ClientRequest {
    var request = self
    do throws(EngineIOClientError) {
      request.endpoint = try endpoint.redirected(to: location)
    } catch {
      throw EngineIOClientError(.handshake, .malformed("redirect to a URL that cannot be used"))
    }
    if !request.endpoint.hasSameOrigin(as: endpoint) {
      request.headerFields.removeSecrets()
      if endpoint.isSecure && !request.endpoint.isSecure {
        throw EngineIOClientError(.handshake, .malformed("redirect from https to http"))
      }
    }
    return request
  }
}

extension HTTPFields {
  /// Removes what was meant for one origin, before a request goes to another.
  mutating func removeSecrets() {
    self[.authorization] = nil
    self[.cookie] = nil
  }
}

/// The answer to a GET or a POST.
struct ClientResponse: Sendable {
  var status: Int
  var headerFields: HTTPFields
  var body: ByteBuffer
  /// Where the request went after all.
  var endpoint: Endpoint

  var isSuccess: Bool { (200..<300).contains(status) }

  /// Where a redirect leads, if the answer is one (RFC 9110, section 15.4).
  var redirect: String? {
    switch status {
    case 301, 302, 303, 307, 308: headerFields[.location]
    default: nil
    }
  }

  /// The answer as the error it is if it is not a success.
  func error(_ step: EngineIOClientError.Step, _ transport: TransportKind) -> EngineIOClientError {
    EngineIOClientError(
      step, .refused, transport: transport,
      response: .init(status: status, body: String(buffer: body)))
  }
}

/// An open WebSocket.
protocol ClientSocket: AnyObject, Sendable {
  /// Sends a packet, after those before.
  func send(_ packet: Packet)
  /// Closes the WebSocket in the ordinary way, after what was sent.
  func close()
  /// Whether little enough waits to be sent.
  var isWritable: Bool { get }
  /// Reads on, or stops reading.
  func setReading(_ isReading: Bool)
}

/// What happens on a WebSocket.
protocol WebSocketReceiver: Sendable {
  /// The handshake succeeded.
  func opened(_ socket: any ClientSocket, _ response: ClientResponse)
  /// A message came.
  func received(_ message: EngineIOMessage)
  /// There is room to send again.
  func becameWritable()
}
