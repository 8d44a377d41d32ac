// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

extension StaticFiles {
  enum Answer {
    case ready(Response)
    case listing(DirectoryListing)
  }

  /// The answer to a request, or nil where no file is meant by it.
  func answer(to request: Request) throws(OpenFileError) -> Answer? {
    guard !store.rules.isEmpty, let path = URLPath(request.path),
      !path.text.isEmpty || !request.mount.isEmpty
    else { return nil }
    guard request.method == .get || request.method == .head else {
      return try refuse(request, path).map { .ready($0) }
    }
    // A file that has changed since it was looked up is looked up once more; whoever changes it all
    // the time has it in no state that could be sent.
    for _ in 0..<3 {
      switch try store.look(up: path) {
      case .file(let file, let open):
        if let response = try store.respond(to: request, from: file, open) {
          return .ready(response)
        }
        store.forget(path)
      case .needsFinalSlash:
        return .ready(redirect(request, to: percentEncoded(path.text) + "/"))
      case .listing(let place):
        return .listing(DirectoryListing(place, path: request.mount + path.text, store))
      case nil:
        return nil
      }
    }
    return nil
  }

  /// Answers other methods than GET and HEAD, where they are for a file.
  private func refuse(_ request: Request, _ path: URLPath) throws(OpenFileError) -> Response? {
    guard store.configuration.otherMethods == .refused, try store.look(up: path) != nil else {
      return nil
    }
    return Response(
      status: request.method == .options ? .noContent : .methodNotAllowed,
      headerFields: [.allow: "GET, HEAD, OPTIONS"])
  }

  /// Redirects to a path on the same host: RFC 9110 section 15.4.2.
  private func redirect(_ request: Request, to path: String) -> Response {
    // With two slashes in front it would name a host (RFC 3986 section 4.2).
    var location = "/" + (request.mount + path).drop { $0 == "/" }
    if let query = request.query { location += "?" + query }
    return Response(
      status: .movedPermanently, headerFields: [.location: location, .cacheControl: "no-cache"])
  }
}
