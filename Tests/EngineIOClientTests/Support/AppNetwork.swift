// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization
import WebSocketCodec

@testable import EngineIOClient

/// Reaches an application by calling it.
struct AppNetwork: Network {
  let client: TestClient

  func perform(_ request: ClientRequest) async throws(EngineIOClientError) -> ClientResponse {
    do {
      let response = try await client.send(
        request.body == nil ? .get : .post, request.target, headerFields: request.headerFields,
        body: request.body ?? ByteBuffer())
      return ClientResponse(
        status: response.status.code, headerFields: response.headerFields, body: response.body,
        endpoint: request.endpoint)
    } catch {
      throw EngineIOClientError(.poll, .connectionLost("\(error)"))
    }
  }

  func runWebSocket(
    _ request: ClientRequest, _ receiver: any WebSocketReceiver
  ) async -> EngineIOClientError {
    let end: EngineIOClientError.Cause
    do {
      end = try await client.webSocket(request.target, headerFields: request.headerFields) {
        webSocket in
        let response = ClientResponse(
          status: 101, headerFields: [:], body: ByteBuffer(), endpoint: request.endpoint)
        receiver.opened(AppSocket(webSocket: webSocket), response)
        do {
          for try await message in webSocket.messages {
            switch message {
            case .text(let text): receiver.received(.text(text))
            case .binary(let bytes): receiver.received(.binary(bytes))
            }
          }
        } catch {
          return .connectionLost("\(error)")
        }
        if Task.isCancelled { return .cancelled }
        let closure = webSocket.closure
        return .webSocketClosed(code: closure?.code.rawValue, reason: closure?.reason ?? "")
      }
    } catch let refused as WebSocketRefused {
      return EngineIOClientError(
        .handshake, .refused, transport: .websocket,
        response: .init(status: refused.response.status.code, body: refused.response.text))
    } catch {
      end = .connectionFailed("\(error)")
    }
    return EngineIOClientError(.webSocket, end, transport: .websocket)
  }

  func shutDown() async {}
}

private final class AppSocket: ClientSocket {
  let webSocket: WebSocket

  init(webSocket: WebSocket) {
    self.webSocket = webSocket
  }

  func send(_ packet: Packet) {
    switch packet.webSocketFrame {
    case .text(let text): _ = webSocket.offer(.text(text))
    case .binary(let bytes): _ = webSocket.offer(.binary(bytes))
    }
  }

  func close() { webSocket.close(.normalClosure) }
  var isWritable: Bool { true }
  func setReading(_ isReading: Bool) {}
}

extension EngineIOClient {
  /// Connects to the application under test, whichever way it is reached.
  static func connect(
    _ client: TestClient, query: String = "", headers: HTTPFields = [:],
    transports: [TransportKind] = [.polling, .websocket],
    configuration: Configuration = .patient, handlers: Handlers = Handlers()
  ) async throws(EngineIOClientError) -> EngineIOClient {
    let network: any Network =
      client.origin == nil ? AppNetwork(client: client) : LiveNetwork(configuration)
    return try await connect(
      (client.origin ?? "http://localhost") + query, headers: headers, transports: transports,
      configuration: configuration, handlers: handlers, network: network,
      clock: ClientClock(ContinuousClock()))
  }
}
