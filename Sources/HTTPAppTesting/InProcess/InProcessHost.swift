// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Synchronization

/// Calls an application as a server would, without one.
struct InProcessHost: TestHost {
  let application: any HTTPApplication

  private static let authority = "localhost"

  func run<Result: Sendable>(
    _ body: @Sendable (TestClient) async throws -> Result
  ) async throws -> Result {
    var outcome: Result?
    try await application.withLifespan {
      defer { application.beginGracefulShutdown() }
      outcome = try await body(TestClient(host: self))
    }
    guard let outcome else { throw LifespanError.didNotServe }
    return outcome
  }

  func send(_ request: TestRequest) async throws -> TestResponse {
    let informational = InformationalCollector()
    let response = await respond(to: request, isUpgrade: false, informational)
    if case .webSocket = response.body.kind {
      return TestResponse(
        status: .upgradeRequired, headerFields: [.upgrade: "websocket"], body: ByteBuffer(),
        trailerFields: [:], informational: informational.statuses)
    }
    return try await render(response, for: request.method, informational)
  }

  func webSocket<Result: Sendable>(
    _ request: TestRequest, _ body: @Sendable (WebSocket) async throws -> Result
  ) async throws -> Result {
    let informational = InformationalCollector()
    var request = request
    request.headerFields[.upgrade] = "websocket"
    request.headerFields[.connection] = "upgrade"
    request.headerFields[.secWebSocketVersion] = "13"
    request.headerFields[.secWebSocketKey] = "dGhlIHNhbXBsZSBub25jZQ=="
    let response = await respond(to: request, isUpgrade: true, informational)
    guard case .webSocket(let upgrade) = response.body.kind else {
      throw WebSocketRefused(
        response: try await render(response, for: request.method, informational))
    }

    let (server, client) = InMemoryWebSocket.makePair(options: upgrade.options)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await upgrade.handler(WebSocket(transport: server))
          server.close(.normalClosure, reason: "")
        } catch {
          server.close(.internalError, reason: "")
        }
      }
      do {
        let result = try await body(WebSocket(transport: client))
        client.close(.normalClosure, reason: "")
        try await group.waitForAll()
        return result
      } catch {
        client.close(.goingAway, reason: "")
        throw error
      }
    }
  }

  private func respond(
    to request: TestRequest, isUpgrade: Bool, _ informational: InformationalCollector
  ) async -> Response {
    var headerFields = request.headerFields
    // As with a server, Host becomes the authority and is no field of the request.
    let authority = headerFields[.host] ?? Self.authority
    headerFields[.host] = nil
    if request.body.readableBytes > 0 {
      headerFields[.contentLength] = String(request.body.readableBytes)
    }
    var received = Request(
      method: request.method, target: request.target, authority: authority,
      headerFields: headerFields, body: RequestBody(request.body), isWebSocketUpgrade: isUpgrade,
      connection: ConnectionInfo(peerAddress: .ip("127.0.0.1", port: 49152)))
    received.informationalSender = informational
    do {
      return try await application.respond(to: received)
    } catch let error as any HTTPResponseError {
      return error.response
    } catch {
      return HTTPError(.internalServerError).response
    }
  }

  private func render(
    _ response: Response, for method: HTTPRequest.Method, _ informational: InformationalCollector
  ) async throws -> TestResponse {
    var rendered = TestResponse(
      status: response.status, headerFields: response.headerFields, body: ByteBuffer(),
      trailerFields: [:], informational: informational.statuses)
    if let length = response.body.length, response.status != .noContent,
      response.status != .notModified
    {
      rendered.headerFields[.contentLength] = String(length)
    }
    guard method != .head else { return rendered }
    switch response.body.kind {
    case .empty, .webSocket: break
    case .bytes(let bytes): rendered.body = bytes
    case .file(let file, let range): rendered.body = try file.read(range)
    case .stream(_, let write):
      let collector = BodyCollector()
      var writer = ResponseWriter(sink: collector)
      try await write(&writer)
      rendered.body = collector.body
      rendered.trailerFields = writer.trailerFields
    }
    return rendered
  }
}

/// What a lifespan did wrong.
enum LifespanError: Error, CustomStringConvertible {
  case didNotServe

  var description: String { "withLifespan returned without having called serve" }
}

private final class BodyCollector: ResponseSink {
  private let collected = Mutex(ByteBuffer())

  var body: ByteBuffer { collected.withLock { $0 } }

  func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
    collected.withLock { _ = $0.writeImmutableBuffer(bytes) }
  }
}

private final class InformationalCollector: InformationalSender {
  private let collected = Mutex<[HTTPResponse.Status]>([])

  var statuses: [HTTPResponse.Status] { collected.withLock { $0 } }

  func sendInformational(_ status: HTTPResponse.Status, headerFields: HTTPFields) {
    collected.withLock { $0.append(status) }
  }
}

extension HTTPField.Name {
  /// swift-http-types offers no name for the field that `Request.authority` stands for.
  fileprivate static let host = HTTPField.Name("host")!
}
