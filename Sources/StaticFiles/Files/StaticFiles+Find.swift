// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp

extension StaticFiles {
  /// What a path means.
  enum Found {
    case file(OpenFile, contentType: String)
    /// A directory that can answer, named without its final slash.
    case needsFinalSlash
  }

  /// Looks a path up, on the disk too; nil where it means nothing that may be served.
  func find(_ path: URLPath) throws(OpenFileError) -> Found? {
    guard let match = rules.match(path) else { return nil }
    let rule = match.rule
    let segments = pathSegments(match.rest)
    guard !segments.contains(where: isHidden) else { return nil }

    if match.isExact || !path.endsWithSlash {
      do {
        let file = try open(rule, segments)
        // A file is found under the very URL of its rule, not under that and a slash.
        if segments.isEmpty, !match.isExact || rule.kind == .directory { return nil }
        let type = rule.contentType ?? MediaType.ofFile(named: segments.last ?? rule.path)
        return .file(file, contentType: type)
      } catch {
        switch error {
        case .notFound: return nil
        case .notRegular: break  // a directory, perhaps
        case .system: throw error
        }
      }
    }
    return try findDefaultFile(rule, segments, isNamedWithSlash: path.endsWithSlash)
  }

  private func findDefaultFile(
    _ rule: Rule, _ segments: [String], isNamedWithSlash: Bool
  ) throws(OpenFileError) -> Found? {
    guard rule.kind != .file else { return nil }
    let defaultFile = rules.defaultFile
    do {
      let file = try open(rule, segments + defaultFile.segments)
      guard isNamedWithSlash else { return .needsFinalSlash }
      let type =
        defaultFile.contentType ?? rule.contentType
        ?? MediaType.ofFile(named: defaultFile.segments.last ?? "")
      return .file(file, contentType: type)
    } catch {
      if case .system = error { throw error }
      return nil
    }
  }

  /// The path of a rule itself is trusted; what is below it is not.
  private func open(_ rule: Rule, _ segments: [String]) throws(OpenFileError) -> OpenFile {
    segments.isEmpty
      ? try OpenFile(path: rule.path) : try ConfinedWalk.openFile(below: rule.path, segments)
  }

  private func isHidden(_ segment: String) -> Bool {
    segment.utf8.first == UInt8(ascii: ".") && segment != ".well-known"
  }
}
