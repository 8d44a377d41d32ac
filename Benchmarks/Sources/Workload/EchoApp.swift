// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp

/// What the workloads ask for.
struct EchoApp: HTTPApplication {
  private static let hello = Response.text("Hello, World!", contentType: "text/plain")

  func respond(to request: Request) async throws -> Response {
    switch (request.path, request.method) {
    case ("/", .get):
      return Self.hello
    case ("/ws", .get):
      return .webSocket { socket in
        for try await message in socket.messages { try await socket.send(message) }
      }
    case (_, .post):
      return .bytes(try await request.body.collect(upTo: 1 << 20))
    default:
      return .notFound
    }
  }
}
