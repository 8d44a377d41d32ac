// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

/// What an application answers.
public struct Response: Sendable {
  /// The status (RFC 9110 section 15).
  public var status: HTTPResponse.Status
  /// The header fields. The host adds those of framing (`content-length`, `transfer-encoding`,
  /// `connection`) and `date`.
  public var headerFields: HTTPFields
  /// The body.
  public var body: ResponseBody

  /// Creates a response from its parts.
  public init(
    status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:], body: ResponseBody = .empty
  ) {
    self.status = status
    self.headerFields = headerFields
    self.body = body
  }

  /// UTF-8 text, `text/plain` unless said otherwise.
  public static func text(
    _ text: String, status: HTTPResponse.Status = .ok,
    contentType: String = "text/plain; charset=utf-8"
  ) -> Response {
    .bytes(ByteBuffer(string: text), status: status, contentType: contentType)
  }

  /// Bytes of a given media type.
  public static func bytes(
    _ bytes: ByteBuffer, status: HTTPResponse.Status = .ok,
    contentType: String = "application/octet-stream"
  ) -> Response {
    Response(
      status: status, headerFields: [.contentType: contentType], body: ResponseBody(bytes))
  }

  /// A body that `write` produces piece by piece: returning ends it, throwing aborts the
  /// connection so that the client sees the body was cut.
  ///
  /// - Parameter length: the exact number of bytes, where it is known beforehand.
  public static func stream(
    status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:], length: Int? = nil,
    _ write: @escaping @Sendable (inout ResponseWriter) async throws -> Void
  ) -> Response {
    Response(status: status, headerFields: headerFields, body: .stream(length: length, write))
  }

  /// Switches the connection to WebSocket (RFC 6455) and runs `handler` on it.
  ///
  /// When `handler` returns, the socket is closed with 1000; when it throws, with 1011. A host
  /// answers 426 instead when the request was no upgrade (``Request/isWebSocketUpgrade``).
  ///
  /// - Parameter subprotocol: the one chosen of ``Request/offeredSubprotocols``.
  public static func webSocket(
    subprotocol: String? = nil, headerFields: HTTPFields = [:],
    options: WebSocketOptions = WebSocketOptions(),
    _ handler: @escaping @Sendable (WebSocket) async throws -> Void
  ) -> Response {
    Response(
      status: .switchingProtocols, headerFields: headerFields,
      body: .webSocket(
        WebSocketUpgrade(subprotocol: subprotocol, options: options, handler: handler)))
  }

  /// The answer where nothing else claims a request: 404 with the text `Not Found`.
  public static let notFound = Response(
    status: .notFound, headerFields: [.contentType: "text/plain"],
    body: ResponseBody(ByteBuffer(string: "Not Found")))
}
