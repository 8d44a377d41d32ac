// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
public import HTTPTypes
public import NIOCore

/// Sends requests to the application under test; usable from several tasks at once.
public struct TestClient: Sendable {
  private let host: any TestHost
  /// Where the application can be reached by other clients, such as `http://127.0.0.1:49152`; `nil` in
  /// process.
  public let origin: String?

  init(host: some TestHost, origin: String? = nil) {
    self.host = host
    self.origin = origin
  }

  /// Sends a request and reads the whole response. Cancelling the task is to go away as a client.
  public func send(
    _ method: HTTPRequest.Method, _ target: String, headerFields: HTTPFields = [:],
    body: ByteBuffer = ByteBuffer()
  ) async throws -> TestResponse {
    try await host.send(
      TestRequest(method: method, target: target, headerFields: headerFields, body: body))
  }

  /// Sends a GET.
  public func get(
    _ target: String, headerFields: HTTPFields = [:]
  ) async throws -> TestResponse {
    try await send(.get, target, headerFields: headerFields)
  }

  /// Sends a POST of text.
  public func post(
    _ target: String, _ body: String, headerFields: HTTPFields = [:]
  ) async throws -> TestResponse {
    try await send(.post, target, headerFields: headerFields, body: ByteBuffer(string: body))
  }

  /// Opens a WebSocket, hands the client's end of it to `body` and closes it afterwards.
  ///
  /// - Throws: ``WebSocketRefused`` when the answer is an ordinary response; what `body` throws.
  @discardableResult
  public func webSocket<Result: Sendable>(
    _ target: String, headerFields: HTTPFields = [:],
    _ body: @Sendable (WebSocket) async throws -> Result
  ) async throws -> Result {
    try await host.webSocket(
      TestRequest(method: .get, target: target, headerFields: headerFields), body)
  }
}

/// A response, read to its end.
public struct TestResponse: Sendable {
  /// The status.
  public var status: HTTPResponse.Status
  /// The header fields.
  public var headerFields: HTTPFields
  /// The body.
  public var body: ByteBuffer
  /// The trailer fields.
  public var trailerFields: HTTPFields
  /// The informational responses that came first.
  public var informational: [HTTPResponse.Status]

  /// The body as UTF-8 text.
  public var text: String { String(buffer: body) }
}

/// The application answered the request for a WebSocket with an ordinary response.
public struct WebSocketRefused: Error {
  /// That response.
  public var response: TestResponse
}

extension WebSocket {
  /// The next message; nil after a proper close.
  public func receive() async throws(WebSocketError) -> WebSocketMessage? {
    var messages = messages.makeAsyncIterator()
    return try await messages.next()
  }
}

/// A request on its way to the application.
struct TestRequest: Sendable {
  var method: HTTPRequest.Method
  var target: String
  var headerFields: HTTPFields
  var body = ByteBuffer()
}

/// Carries requests to an application.
protocol TestHost: Sendable {
  func send(_ request: TestRequest) async throws -> TestResponse
  func webSocket<Result: Sendable>(
    _ request: TestRequest, _ body: @Sendable (WebSocket) async throws -> Result
  ) async throws -> Result
}
