// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import HTTPTypes

/// Serves files for GET and HEAD; what it has no file for goes on to the next application.
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
/// Answers follow RFC 9110: strong validators, preconditions (section 13.2.2), ranges (section 14),
/// compressed siblings by Accept-Encoding (section 12.5.3). ``Configuration`` has what can be set.
///
/// Copies share what they know of files, so one value is best used everywhere.
public struct StaticFiles: HTTPMiddleware, ExpressibleByDictionaryLiteral {
  let store: FileStore

  /// Serves by rules that are known to be possible, such as those written in source code.
  ///
  /// - Precondition: ``init(validating:configuration:)`` accepts them.
  public init(_ rules: [String: Rule], configuration: Configuration = Configuration()) {
    do {
      try self.init(validating: rules, configuration: configuration)
    } catch {
      fatalError(error.description)  // which prints it in release builds too
    }
  }

  /// Serves by rules, such as those of a configuration. Files need not be there yet.
  ///
  /// - Throws: ``StaticFilesError`` for rules or settings that could never be served.
  public init(
    validating rules: [String: Rule], configuration: Configuration = Configuration()
  ) throws(StaticFilesError) {
    try self.init(
      validating: rules, configuration: configuration,
      files: ConfinedFiles(links: configuration.symbolicLinks), now: coarseNanoseconds)
  }

  init(
    validating rules: [String: Rule], configuration: Configuration, files: ConfinedFiles,
    now: @escaping @Sendable () -> Int64
  ) throws(StaticFilesError) {
    store = try FileStore(
      rules: RuleTable(rules), configuration: configuration, files: files, now: now)
  }

  /// As ``init(validating:configuration:)``, without asking the system to confine paths.
  package init(
    validating rules: [String: Rule], configuration: Configuration, asksKernel: Bool
  ) throws(StaticFilesError) {
    try self.init(
      validating: rules, configuration: configuration,
      files: ConfinedFiles(links: configuration.symbolicLinks, asksKernel: asksKernel),
      now: coarseNanoseconds)
  }

  public init(dictionaryLiteral rules: (String, Rule)...) {
    self.init(Dictionary(uniqueKeysWithValues: rules))
  }

  /// These files as an application of its own, which answers 404 where there is no file.
  public var application: Wrapped<StaticFiles, HTTPHandler> {
    HTTPHandler { _ in .notFound }.wrapped(by: self)
  }

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    switch try answer(to: request) {
    case .ready(let response):
      return response
    case .listing(let listing):
      // Reading a large directory takes its time.
      return try await withTaskExecutorPreference(globalConcurrentExecutor) {
        try listing.response()
      }
    case nil:
      do {
        let response = try await next.respond(to: request)
        guard response.status == .notFound else { return response }
        return try page(for: request, insteadOf: response) ?? response
      } catch let error as any HTTPResponseError where error.response.status == .notFound {
        guard let page = try page(for: request, insteadOf: error.response) else { throw error }
        return page
      }
    }
  }

  /// The answer to a request, or nil where no file is meant by it.
  ///
  /// - Throws: ``OpenFileError/system(errno:)`` where the system fails, not the request: there are
  ///   no descriptors left, the disk is broken.
  public func response(for request: Request) throws(OpenFileError) -> Response? {
    switch try answer(to: request) {
    case .ready(let response): response
    case .listing(let listing): try listing.response()
    case nil: nil
    }
  }
}
