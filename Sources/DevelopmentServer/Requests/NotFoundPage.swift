// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

/// Middleware that tells browsers of a missing file with a page, which live reload can follow too, so
/// that it goes away when the file comes. A 404 that has a page of its own keeps it.
struct NotFoundPage: HTTPMiddleware {
  func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    let response = try await next.respond(to: request)
    guard response.status == .notFound,
      request.headerValue(.accept)?.contains("text/html") ?? false,
      response.headerFields[.contentType]?.hasPrefix("text/plain") ?? true
    else { return response }
    let path = Self.escaped(request.path)
    return .text(
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>Not Found</title>
      <style>
        :root { color-scheme: light dark }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
        code { overflow-wrap: anywhere }
      </style>
      <body>
      <h1>Not Found</h1>
      <p>There is no <code>\(path)</code> here.</p>
      <p><a href="/">To the start</a></p>
      </body>
      </html>

      """, status: .notFound, contentType: "text/html; charset=utf-8")
  }

  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
