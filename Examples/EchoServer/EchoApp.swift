// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

/// Plain HTTP and WebSocket, for measurements.
struct EchoApp: HTTPApplication {
  private let webSocketOptions: WebSocketOptions

  /// - Parameter compression: how WebSockets compress messages where the client offers it.
  init(compression: WebSocketCompression?) {
    var options = WebSocketOptions()
    // Enough for the largest messages of the conformance suites, and for their smallest fragments.
    options.maxMessageBytes = 16 << 20
    options.maxFrameBytes = 16 << 20
    options.maxFragments = 1 << 17
    options.compression = compression
    webSocketOptions = options
  }

  func respond(to request: Request) async throws -> Response {
    switch (request.path, request.method) {
    case ("/", .get), ("/", .head):
      return Self.hello
    case ("/", .options):
      return Response(status: .noContent, headerFields: [.allow: Self.allowed])
    case ("/ws", .get):
      return .webSocket(options: webSocketOptions) { socket in
        for try await message in socket.messages { try await socket.send(message) }
      }
    case ("/echo", _):
      return .text(headerLines(of: request))
    case ("/cookie", _):
      return .text(cookies(of: request).map { $0 + "\n" }.joined())
    case (_, .post),
      (_, _) where !request.body.isEmpty:
      return try await echo(request)
    case ("/", _):
      return Response(status: .methodNotAllowed, headerFields: [.allow: Self.allowed])
    default:
      return .notFound
    }
  }

  private static let hello = Response.text("Hello, World!", contentType: "text/plain")
  private static let allowed = "GET, HEAD, OPTIONS, POST"

  private static let largestEcho = 16 << 20

  private func echo(_ request: Request) async throws -> Response {
    .bytes(
      try await request.body.collect(upTo: Self.largestEcho),
      contentType: request.headerValue(.contentType) ?? "application/octet-stream")
  }

  private func headerLines(of request: Request) -> String {
    let host = request.authority.map { "Host: \($0)\n" } ?? ""
    return request.headerFields.reduce(into: host) { lines, field in
      lines += "\(field.name.rawName): \(field.value)\n"
    }
  }

  private func cookies(of request: Request) -> [String] {
    let header = request.headerValue(.cookie) ?? ""
    return header.split(separator: ";").compactMap { pair in
      let pair = pair.drop { $0 == " " || $0 == "\t" }
      return pair.contains("=") ? String(pair) : nil
    }
  }
}
