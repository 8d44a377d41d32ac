// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

/// The rules in the order in which a path is tried against them.
struct RuleTable: Sendable {
  /// The name under which a directory answers for itself, and the type of its content.
  struct DefaultFile: Sendable {
    var path = "index.html"
    var contentType: String?
    var cacheControl: StaticFiles.CacheControl?
  }

  /// The rule of a path.
  struct Match {
    let rule: StaticFiles.Rule
    /// Whether the path is the rule's URL itself.
    let isExact: Bool
    /// What the path has beyond the rule's URL: empty, or starting with a slash.
    let rest: Substring

    /// The place that the path means below the rule's.
    var place: Place {
      var names = rest.utf8.drop { $0 == UInt8(ascii: "/") }
      if names.last == UInt8(ascii: "/") { names.removeLast() }
      return Place(root: rule.path, path: String(Substring(names)))
    }
  }

  private var exact: [String: StaticFiles.Rule] = [:]
  /// Without their last slash; longest first.
  private var prefixes: [(url: String, rule: StaticFiles.Rule)] = []
  private(set) var defaultFile = DefaultFile()

  /// Whether no path can match.
  var isEmpty: Bool { exact.isEmpty }

  /// Checks and sorts rules.
  ///
  /// - Throws: ``StaticFilesError``.
  init(_ rules: [String: StaticFiles.Rule]) throws(StaticFilesError) {
    for (url, rule) in rules {
      try Self.validate(rule, of: url)
      if url.isEmpty {
        defaultFile = DefaultFile(
          path: pathSegments(rule.path).joined(separator: "/"), contentType: rule.contentType,
          cacheControl: rule.cacheControl)
        continue
      }
      let rule = rule.isAbsolute ? rule : rule.resolved(against: try currentDirectory())
      exact[url] = rule
      if rule.kind != .file { prefixes.append((url, rule)) }
    }
    mergePrefixes()
    prefixes.sort { $0.url.utf8.count > $1.url.utf8.count }
  }

  /// The rule of exactly this URL, else the rule of the longest run of whole segments that the
  /// path starts with.
  func match(_ path: URLPath) -> Match? {
    let text = path.text
    if let rule = exact[text] { return Match(rule: rule, isExact: true, rest: "") }
    for (url, rule) in prefixes where text.utf8.starts(with: url.utf8) {
      let rest = text.utf8.dropFirst(url.utf8.count)
      guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { continue }
      return Match(rule: rule, isExact: false, rest: Substring(rest))
    }
    return nil
  }

  /// Takes the last slash off prefixes; of `/a` and `/a/`, paths below belong to `/a`.
  private mutating func mergePrefixes() {
    let urls = Set(prefixes.map(\.url))
    prefixes = prefixes.compactMap { url, rule in
      guard url.utf8.last == UInt8(ascii: "/") else { return (url, rule) }
      let stem = String(url.dropLast())
      return urls.contains(stem) ? nil : (stem, rule)
    }
  }
}

extension RuleTable {
  private static func validate(
    _ rule: StaticFiles.Rule, of url: String
  ) throws(StaticFilesError) {
    guard !rule.path.isEmpty, !rule.path.utf8.contains(0) else {
      throw .invalidPath(rule.path, url: url)
    }
    if let type = rule.contentType, type.isEmpty || !HTTPField.isValidValue(type) {
      throw .invalidContentType(type, url: url)
    }
    if let value = rule.cacheControl?.rawValue, value.isEmpty || !HTTPField.isValidValue(value) {
      throw .invalidCacheControl(value)
    }
    if url.isEmpty {
      guard rule.kind != .directory, isInnerPath(rule.path) else {
        throw .invalidDefaultFile(rule.path)
      }
    } else if !URLPath.isResolved(url) {
      throw .invalidURL(url)
    }
  }

  /// Whether a path names a file inside whatever directory it is taken from.
  static func isInnerPath(_ path: String) -> Bool {
    let segments = pathSegments(path)
    return path.utf8.first != UInt8(ascii: "/") && path.utf8.last != UInt8(ascii: "/")
      && !segments.isEmpty && !segments.contains("..") && !path.utf8.contains(0)
  }
}
