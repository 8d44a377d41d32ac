// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPTypes
import NIOCore
import Synchronization

extension EngineIOClient {
  func beginPoll(_ token: PollToken, _ state: inout State) {
    let request = request(.polling, state)
    begin(.poll(token), &state) { client in
      do throws(EngineIOClientError) {
        let response = try await client.network.perform(request)
        guard response.isSuccess else { throw response.error(.poll, .polling) }
        client.update { state, later in
          client.take(response, &state)
          let actions = state.machine.pollAnswered(token, response.body, now: client.clock.now())
          client.perform(actions, &state, &later)
        }
      } catch {
        client.update { state, later in
          let actions = state.machine.pollFailed(token, error, now: client.clock.now())
          client.perform(actions, &state, &later)
        }
      }
    }
  }

  func beginPost(_ token: PostToken, _ packets: [Packet], _ state: inout State) {
    var request = request(.polling, state)
    request.headerFields[.contentType] = "text/plain;charset=UTF-8"
    request.body = PayloadEncoder.encode(packets)
    begin(.post(token), &state) { [request] client in
      do throws(EngineIOClientError) {
        let response = try await client.network.perform(request)
        guard response.isSuccess else { throw response.error(.post, .polling) }
        client.update { state, later in
          client.take(response, &state)
          let actions = state.machine.postAnswered(token, now: client.clock.now())
          client.perform(actions, &state, &later)
        }
      } catch {
        client.update { state, later in
          let actions = state.machine.postFailed(token, error, now: client.clock.now())
          client.perform(actions, &state, &later)
        }
      }
    }
  }

  func beginSocket(_ token: SocketToken, _ state: inout State) {
    let request = request(.websocket, state)
    begin(.socket(token), &state) { client in
      let receiver = SocketReceiver(client: client, token: token)
      let error = await client.network.runWebSocket(request, receiver)
      client.update { state, later in
        state.sockets.removeAll { $0.token == token }
        let actions = state.machine.socketClosed(token, error, now: client.clock.now())
        client.perform(actions, &state, &later)
      }
    }
  }

  private func begin(
    _ key: TaskKey, _ state: inout State, _ body: @escaping @Sendable (EngineIOClient) async -> Void
  ) {
    state.tasks[key] = Task {
      await body(self)
      self.state.withLock { _ = $0.tasks.removeValue(forKey: key) }
    }
  }

  private func request(_ transport: TransportKind, _ state: State) -> ClientRequest {
    var fields = state.headerFields
    if let jar = state.cookies.value(isSecure: state.endpoint.isSecure, now: UnixTime.now()) {
      let own = fields[.cookie].map { $0 + "; " } ?? ""
      fields[.cookie] = own + jar
    }
    let stamp = configuration.timestampRequests && transport == .polling
    return ClientRequest(
      endpoint: state.endpoint, transport: transport, sid: state.machine.handshake?.sid,
      timestamp: stamp ? String(UInt64.random(in: .min ... .max), radix: 36) : nil,
      headerFields: fields, body: nil)
  }

  /// Takes from an answer what later requests need.
  private func take(_ response: ClientResponse, _ state: inout State) {
    if !response.endpoint.hasSameOrigin(as: state.endpoint) {
      state.headerFields.removeSecrets()
      state.cookies = CookieJar()
    }
    state.endpoint = response.endpoint
    state.cookies.store(response.headerFields, now: UnixTime.now())
  }

  /// Hands what happens on a WebSocket to the client.
  private struct SocketReceiver: WebSocketReceiver {
    let client: EngineIOClient
    let token: SocketToken

    func opened(_ socket: any ClientSocket, _ response: ClientResponse) {
      client.update { state, later in
        client.take(response, &state)
        state.sockets.append((token, socket))
        client.perform(state.machine.socketOpened(token), &state, &later)
      }
    }

    func received(_ message: EngineIOMessage) {
      client.received(message, on: token)
    }

    func becameWritable() {
      client.update { state, later in later.resume(state.senders.takeAll()) }
    }
  }

  fileprivate func received(_ frame: EngineIOMessage, on token: SocketToken) {
    let packet: Packet
    do throws(PacketError) {
      switch frame {
      case .text(let text): packet = try Packet(webSocketText: text)
      case .binary(let bytes): packet = Packet(webSocketBinary: bytes)
      }
    } catch {
      update { state, later in
        let actions = state.machine.socketReceivedMalformed(error, on: token, now: clock.now())
        perform(actions, &state, &later)
      }
      return
    }
    update { state, later in
      switch state.machine.receive(packet, on: token, now: clock.now) {
      case .message(let message): deliver(message, &state, &later)
      case .actions(let actions): perform(actions, &state, &later)
      }
    }
  }
}
