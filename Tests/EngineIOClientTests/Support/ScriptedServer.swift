// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import HTTPTypes
import NIOCore
import Synchronization

@testable import EngineIOClient

/// A server that does what a test says, right or wrong, and nothing by itself.
final class ScriptedServer: Network {
  static let handshake = open()

  static func open(
    upgrades: String = #"["websocket"]"#, maxPayload: Int = 1_000_000, sid: String = "abc"
  ) -> String {
    #"0{"sid":"\#(sid)","upgrades":\#(upgrades),"pingInterval":25000,"#
      + #""pingTimeout":20000,"maxPayload":\#(maxPayload)}"#
  }

  let clock = ManualClock()
  private let pollStream = AsyncStream<ScriptedRequest>.makeStream()
  private let postStream = AsyncStream<ScriptedRequest>.makeStream()
  private let socketStream = AsyncStream<ScriptedSocket>.makeStream()
  private let state = Mutex((underWay: 0, isShutDown: false))

  /// Requests and WebSockets that are not over.
  var underWay: Int { state.withLock(\.underWay) }
  var isShutDown: Bool { state.withLock(\.isShutDown) }

  /// The next poll of the client.
  func poll() async throws -> ScriptedRequest { try await Self.next(pollStream.stream) }
  /// The next post of the client.
  func post() async throws -> ScriptedRequest { try await Self.next(postStream.stream) }
  /// The next WebSocket that the client wants to open.
  func socket() async throws -> ScriptedSocket { try await Self.next(socketStream.stream) }

  private static func next<Element: Sendable>(
    _ stream: AsyncStream<Element>
  ) async throws -> Element {
    for await element in stream { return element }
    // The stream ends only where the test was cancelled.
    throw CancellationError()
  }

  // MARK: Network

  func perform(_ request: ClientRequest) async throws(EngineIOClientError) -> ClientResponse {
    state.withLock { $0.underWay += 1 }
    defer { state.withLock { $0.underWay -= 1 } }
    let scripted = ScriptedRequest(request)
    _ =
      request.body == nil
      ? pollStream.continuation.yield(scripted) : postStream.continuation.yield(scripted)
    return try await scripted.outcome().get()
  }

  func runWebSocket(
    _ request: ClientRequest, _ receiver: any WebSocketReceiver
  ) async -> EngineIOClientError {
    state.withLock { $0.underWay += 1 }
    defer { state.withLock { $0.underWay -= 1 } }
    let scripted = ScriptedSocket(request, receiver)
    socketStream.continuation.yield(scripted)
    return await scripted.outcome()
  }

  func shutDown() async { state.withLock { $0.isShutDown = true } }

  // MARK: Client

  /// Begins to connect.
  func connect(
    transports: [TransportKind] = [.polling], query: String = "", headers: HTTPFields = [:],
    configuration: EngineIOClient.Configuration = .init(),
    handlers: EngineIOClient.Handlers = .init()
  ) -> Task<Result<EngineIOClient, EngineIOClientError>, Never> {
    Task {
      do throws(EngineIOClientError) {
        return .success(
          try await EngineIOClient.connect(
            "http://example.com" + query, headers: headers, transports: transports,
            configuration: configuration, handlers: handlers, network: self,
            clock: ClientClock(clock)))
      } catch {
        return .failure(error)
      }
    }
  }

  /// A client whose session polls, and its poll.
  func polling(
    _ configuration: EngineIOClient.Configuration = .init(), maxPayload: Int = 1_000_000,
    handlers: EngineIOClient.Handlers = .init()
  ) async throws -> (EngineIOClient, ScriptedRequest) {
    let connecting = connect(configuration: configuration, handlers: handlers)
    try await poll().answer(Self.open(maxPayload: maxPayload))
    return (try await connecting.value.get(), try await poll())
  }

  /// A client whose session is on a WebSocket, and that.
  func webSocket(
    _ configuration: EngineIOClient.Configuration = .init(),
    handlers: EngineIOClient.Handlers = .init()
  ) async throws -> (EngineIOClient, ScriptedSocket) {
    let connecting = connect(
      transports: [.websocket], configuration: configuration, handlers: handlers)
    let socket = try await socket()
    socket.accept()
    socket.send(Self.open(upgrades: "[]"))
    return (try await connecting.value.get(), socket)
  }

  /// A client whose session polls and could go over to a WebSocket: with its poll and that.
  func probing(
    _ configuration: EngineIOClient.Configuration = .init(),
    handlers: EngineIOClient.Handlers = .init()
  ) async throws -> (EngineIOClient, ScriptedRequest, ScriptedSocket) {
    let connecting = connect(
      transports: [.polling, .websocket], configuration: configuration, handlers: handlers)
    try await poll().answer(Self.handshake)
    return (try await connecting.value.get(), try await poll(), try await socket())
  }
}

/// A request that waits for the test to answer it.
final class ScriptedRequest: Sendable {
  let request: ClientRequest
  private let answered = Waiter()
  private let result = Mutex<Result<ClientResponse, EngineIOClientError>?>(nil)

  init(_ request: ClientRequest) {
    self.request = request
  }

  /// The payload of a post.
  var payload: String { request.body.map { String(buffer: $0) } ?? "" }

  func answer(_ body: String, status: Int = 200, fields: HTTPFields = [:]) {
    finish(
      .success(
        ClientResponse(
          status: status, headerFields: fields, body: ByteBuffer(string: body),
          endpoint: request.endpoint)))
  }

  func fail(_ cause: EngineIOClientError.Cause = .connectionLost("test")) {
    finish(.failure(EngineIOClientError(.poll, cause)))
  }

  private func finish(_ result: Result<ClientResponse, EngineIOClientError>) {
    self.result.withLock { $0 = result }
    answered.resume()
  }

  fileprivate func outcome() async -> Result<ClientResponse, EngineIOClientError> {
    await answered.wait()
    return result.withLock { $0 } ?? .failure(EngineIOClientError(.poll, .cancelled))
  }
}

/// A WebSocket that waits for the test to say what happens on it.
final class ScriptedSocket: ClientSocket {
  enum Sent: Sendable, Equatable {
    case packet(Packet)
    case close
  }

  let request: ClientRequest
  private let receiver: any WebSocketReceiver
  private let ended = Waiter()
  private let cause = Mutex<EngineIOClientError?>(nil)
  private let full = Mutex(false)
  private let sentStream = AsyncStream<Sent>.makeStream()

  init(_ request: ClientRequest, _ receiver: any WebSocketReceiver) {
    self.request = request
    self.receiver = receiver
  }

  func accept(_ fields: HTTPFields = [:]) {
    receiver.opened(
      self,
      ClientResponse(
        status: 101, headerFields: fields, body: ByteBuffer(), endpoint: request.endpoint))
  }

  func refuse(_ body: String, status: Int) {
    end(
      EngineIOClientError(
        .handshake, .refused, response: .init(status: status, body: body)))
  }

  func send(_ text: String) { receiver.received(.text(text)) }
  func sendBinary(_ bytes: [UInt8]) { receiver.received(.binary(ByteBuffer(bytes: bytes))) }

  func end(_ cause: EngineIOClientError.Cause) { end(EngineIOClientError(.webSocket, cause)) }

  private func end(_ error: EngineIOClientError) {
    cause.withLock { $0 = error }
    ended.resume()
  }

  /// What the client sends next, or that it closes.
  func next() async -> Sent? {
    for await sent in sentStream.stream { return sent }
    return nil
  }

  func becomesFull(_ isFull: Bool) {
    full.withLock { $0 = isFull }
    if !isFull { receiver.becameWritable() }
  }

  fileprivate func outcome() async -> EngineIOClientError {
    await ended.wait()
    sentStream.continuation.finish()
    return cause.withLock { $0 } ?? EngineIOClientError(.webSocket, .cancelled)
  }

  // MARK: ClientSocket

  func send(_ packet: Packet) { sentStream.continuation.yield(.packet(packet)) }
  func close() { sentStream.continuation.yield(.close) }
  var isWritable: Bool { !full.withLock { $0 } }
  func setReading(_ isReading: Bool) {}
}
