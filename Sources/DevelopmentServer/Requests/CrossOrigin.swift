// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

/// Middleware that lets pages of every origin read the answers and send any request, without cookies
/// (the CORS protocol of the Fetch standard).
struct CrossOrigin: HTTPMiddleware {
  func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    if request.method == .options, request.headerValue(.accessControlRequestMethod) != nil {
      return preflight(request)
    }
    do {
      return allowing(try await next.respond(to: request))
    } catch let error as any HTTPResponseError {
      return allowing(error.response)
    }
  }

  private func allowing(_ response: Response) -> Response {
    var response = response
    // What a backend allows is for the backend to say.
    guard response.headerFields[.accessControlAllowOrigin] == nil else { return response }
    response.headerFields[.accessControlAllowOrigin] = "*"
    response.headerFields[.accessControlExposeHeaders] = "*"
    return response
  }

  private func preflight(_ request: Request) -> Response {
    var fields: HTTPFields = [
      .accessControlAllowOrigin: "*",
      .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      .accessControlMaxAge: "600",
    ]
    if let wanted = request.headerValue(.accessControlRequestHeaders) {
      fields[.accessControlAllowHeaders] = wanted
      fields[.vary] = "access-control-request-headers"
    }
    return Response(status: .noContent, headerFields: fields)
  }
}
