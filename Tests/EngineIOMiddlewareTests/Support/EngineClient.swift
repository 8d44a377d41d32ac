// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EngineIOMiddleware

/// An answer with its body read.
struct EngineAnswer: Sendable {
  var status: Int
  var headerFields: HTTPFields
  var body: String
}

/// Talks to an application in process, as one client with any number of connections.
struct EngineClient: Sendable {
  let app: any HTTPApplication
  let engine: EngineIOServer
  var path = "/engine.io/"
  /// Where this client's requests run.
  var executor: (any TaskExecutor)?

  func request(
    _ method: HTTPRequest.Method = .get, _ query: String?, body: RequestBody = .empty,
    headerFields: HTTPFields = [:], isWebSocketUpgrade: Bool = false
  ) -> Request {
    Request(
      method: method, target: query.map { path + "?" + $0 } ?? path, authority: "example.com",
      headerFields: headerFields, body: body, isWebSocketUpgrade: isWebSocketUpgrade,
      connection: ConnectionInfo(executor: executor))
  }

  func respond(to request: Request) async throws -> Response {
    try await withTaskExecutorPreference(executor) { try await app.respond(to: request) }
  }

  func send(_ request: Request) async throws -> EngineAnswer {
    let response = try await respond(to: request)
    let body =
      switch response.body.kind {
      case .bytes(let bytes): String(buffer: bytes)
      case .empty: ""
      default: "unexpected body"
      }
    return EngineAnswer(
      status: response.status.code, headerFields: response.headerFields, body: body)
  }

  func get(_ query: String?, headerFields: HTTPFields = [:]) async throws -> EngineAnswer {
    try await send(request(.get, query, headerFields: headerFields))
  }

  /// Opens a polling session.
  func connect() async throws -> String {
    let answer = try await get("EIO=4&transport=polling")
    #expect(answer.status == 200)
    return try sid(answer.body)
  }

  /// The session id in a payload that begins with an open packet.
  func sid(_ payload: String) throws -> String {
    let open = try #require(payload.split(separator: "\u{1e}").first)
    #expect(open.first == "0")
    return try Handshake(json: String(open.dropFirst())).sid
  }

  func poll(_ sid: String) async throws -> EngineAnswer {
    try await get("EIO=4&transport=polling&sid=\(sid)")
  }

  func post(_ sid: String, _ payload: String) async throws -> EngineAnswer {
    try await send(
      request(
        .post, "EIO=4&transport=polling&sid=\(sid)",
        body: RequestBody(ByteBuffer(string: payload))))
  }

  /// Starts a poll and returns when it is parked.
  func park(_ sid: String) async throws -> Task<EngineAnswer, any Error> {
    let task = Task { try await poll(sid) }
    let session = try session(sid)
    await eventually { session.hasParkedPoll }
    return task
  }

  /// Opens a WebSocket; fails the test if the answer is another one.
  func webSocket(_ query: String) async throws -> TestSocket {
    let response = try await respond(to: request(.get, query, isWebSocketUpgrade: true))
    guard case .webSocket(let upgrade) = response.body.kind else {
      Issue.record("no WebSocket: \(response.status)")
      throw CancellationError()
    }
    let socket = TestSocket(executor: executor)
    Task(executorPreference: executor) {
      try await upgrade.handler(WebSocket(transport: socket))
      socket.close(.normalClosure, reason: "")
    }
    return socket
  }

  /// Opens a session by WebSocket.
  func connectWebSocket() async throws -> (TestSocket, String) {
    let socket = try await webSocket("EIO=4&transport=websocket")
    return (socket, try sid(try #require(await socket.text())))
  }

  /// Opens a session by polling and takes it to a WebSocket.
  func connectAndUpgrade() async throws -> (TestSocket, String) {
    let sid = try await connect()
    let socket = try await webSocket("EIO=4&transport=websocket&sid=\(sid)")
    socket.send("2probe")
    #expect(await socket.text() == "3probe")
    socket.send("5")
    let session = try session(sid)
    await eventually { session.transport == .websocket }
    return (socket, sid)
  }

  func session(_ sid: String) throws -> EngineIOSession {
    try #require(SessionID(rawValue: sid).flatMap { engine.findSession($0) })
  }
}

extension EngineIOSession {
  var hasParkedPoll: Bool {
    state.withLock { if case .waiting = $0.poll { true } else { false } }
  }

  var isUpgrading: Bool { state.withLock(\.machine.isUpgrading) }
}

extension EngineIOServer {
  var hasNoSessions: Bool { state.withLock { $0.sessions.isEmpty } }
}

/// Lets other tasks run until the condition holds.
func eventually(_ condition: () -> Bool) async {
  while !condition() { await Task.yield() }
}

/// What happened, in order.
final class Log: Sendable {
  private let state = Mutex<[String]>([])

  func callAsFunction(_ line: String) { state.withLock { $0.append(line) } }
  var lines: [String] { state.withLock { $0 } }
  /// Waits until so many lines are there.
  func lines(_ count: Int) async -> [String] {
    await eventually { lines.count >= count }
    return lines
  }
}

/// Opens and closes, for handlers to wait at.
final class Gate: Sendable {
  private let state = Mutex<(isOpen: Bool, waiting: [UnsafeContinuation<Void, Never>])>((false, []))

  func wait() async {
    await withUnsafeContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// Where requests, handlers and WebSockets of a test run.
enum Place: CaseIterable, Sendable {
  case globalPool, eventLoop
}

/// Serves an engine while `body` runs.
func serve(
  _ engine: EngineIOServer, in place: Place = .globalPool, as app: (any HTTPApplication)? = nil,
  path: String = "/engine.io/", _ body: @Sendable (EngineClient) async throws -> Void
) async throws {
  let app = app ?? engine
  let client = EngineClient(
    app: app, engine: engine, path: path, executor: place == .eventLoop ? TestExecutor() : nil)
  try await app.withLifespan { try await body(client) }
}

/// A server that echoes.
func echoServer(
  clock: some Clock<Duration> = ContinuousClock(),
  _ change: (inout EngineIOServer.Configuration) -> Void = { _ in }
) -> EngineIOServer {
  var configuration = EngineIOServer.Configuration()
  change(&configuration)
  let engine = EngineIOServer(configuration, clock: clock)
  engine.onMessage { session, message in try await session.send(message) }
  return engine
}

extension EngineIOServer.Configuration {
  /// The timing of the official suite.
  mutating func hurry() {
    pingInterval = .milliseconds(300)
    pingTimeout = .milliseconds(200)
  }
}
