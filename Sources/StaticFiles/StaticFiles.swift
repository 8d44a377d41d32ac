// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import HTTPTypes

/// Serves files for GET and HEAD; everything else goes on to the next application.
///
/// ```swift
/// let files: StaticFiles = [
///   "/": "public/index.html",
///   "/static": "public",
///   "/feed": .file("public/feed.xml", contentType: "application/atom+xml"),
/// ]
/// ```
///
/// A rule applies to its exact URL; otherwise the longest URL that the path starts with wins,
/// counted in whole segments: `/static` also serves `/static/a.css`, never `/staticx`. URLs are
/// written decoded, and paths on disk are resolved against the working directory at creation. A
/// directory answers with `index.html`, or with the file that the rule of the empty URL names;
/// without its final slash it redirects there.
///
/// Nothing outside a rule's directory is served, also not through symbolic links, nor anything
/// whose name begins with a dot but `.well-known`, nor anything that is no regular file.
///
/// Answers follow RFC 9110: strong validators, preconditions (section 13.2.2), one byte range
/// (section 14); several ranges are answered with the whole file. Files are opened on every
/// request, so changes show at once.
public struct StaticFiles: HTTPMiddleware, ExpressibleByDictionaryLiteral {
  let rules: RuleTable

  /// Serves by rules that are known to be possible, such as those written in source code.
  ///
  /// - Precondition: ``init(validating:)`` accepts them.
  public init(_ rules: [String: Rule]) {
    do {
      try self.init(validating: rules)
    } catch {
      fatalError(error.description)  // which prints it in release builds too
    }
  }

  /// Serves by rules, such as those of a configuration. Files need not be there yet.
  ///
  /// - Throws: ``StaticFilesError`` for rules that could never be served.
  public init(validating rules: [String: Rule]) throws(StaticFilesError) {
    self.rules = try RuleTable(rules)
  }

  public init(dictionaryLiteral rules: (String, Rule)...) {
    self.init(Dictionary(uniqueKeysWithValues: rules))
  }

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    if let response = try response(for: request) { return response }
    return try await next.respond(to: request)
  }

  /// The answer to a request, or nil where no file is meant by it.
  ///
  /// - Throws: ``OpenFileError/system(errno:)`` where the system fails, not the request: there are
  ///   no descriptors left, the disk is broken.
  public func response(for request: Request) throws(OpenFileError) -> Response? {
    guard !rules.isEmpty, request.method == .get || request.method == .head,
      let path = URLPath(request.path),
      !path.text.isEmpty || !request.mount.isEmpty
    else { return nil }
    switch try find(path) {
    case .file(let file, let contentType):
      return Representation(of: file, contentType: contentType).response(to: request)
    case .needsFinalSlash:
      return redirect(request, to: path.percentEncoded + "/")
    case nil:
      return nil
    }
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
