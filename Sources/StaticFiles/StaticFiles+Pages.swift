// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

extension StaticFiles {
  /// What is answered instead of a 404: the fallback for navigations, else the page for 404.
  func page(
    for request: Request, insteadOf answer: Response
  ) throws(OpenFileError) -> Response? {
    let configuration = store.configuration
    guard configuration.fallback != nil || configuration.notFoundPage != nil,
      request.method == .get || request.method == .head, let path = URLPath(request.path)
    else { return nil }
    if let name = configuration.fallback, isNavigation(request),
      var response = try page(name, under: path, request)
    {
      // With another Accept it would have been a 404.
      let vary = response.headerFields[.vary].map { $0 + ", " } ?? ""
      response.headerFields[.vary] = vary + "accept, sec-fetch-mode"
      return response
    }
    guard let name = configuration.notFoundPage, isPlain(answer) else { return nil }
    var unconditional = request
    for field in [
      .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .range,
    ] as [HTTPField.Name] { unconditional.headerFields[field] = nil }
    guard var response = try page(name, under: path, unconditional) else { return nil }
    response.status = .notFound
    // It is no representation of what was asked for.
    for field in [.eTag, .lastModified, .acceptRanges] as [HTTPField.Name] {
      response.headerFields[field] = nil
    }
    response.headerFields[.cacheControl] = CacheControl.revalidate.rawValue
    return response
  }

  private func page(
    _ name: String, under path: URLPath, _ request: Request
  ) throws(OpenFileError) -> Response? {
    guard let match = store.rules.match(path), match.rule.kind != .file,
      store.isVisible(match.place)
    else { return nil }
    // No path has a NUL in it.
    let key = PathKey(text: match.rule.path + "\0" + name)
    for _ in 0..<3 {
      let found = try store.look(up: key) { (known) throws(OpenFileError) in
        try store.findPage(name, of: match.rule, known: known)
      }
      guard case .file(let file, let open)? = found else { return nil }
      if let response = try store.respond(to: request, from: file, open) { return response }
      store.forget(key)
    }
    return nil
  }

  /// Whether a browser wants to show what it asks for.
  private func isNavigation(_ request: Request) -> Bool {
    if let mode = request.headerValue(.secFetchMode), mode != "navigate" { return false }
    guard let accept = request.headerValue(.accept) else { return false }
    return WeightedList(accept).weight(of: "text/html") ?? 0 > 0
  }

  /// Whether an answer has nothing of its own to say but that there is nothing.
  private func isPlain(_ answer: Response) -> Bool {
    let type = answer.headerFields[.contentType]
    return type?.hasPrefix("text/plain") ?? true || answer.body.length == 0
  }
}

extension HTTPField.Name {
  /// https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
  static let secFetchMode = Self("sec-fetch-mode")!
}
