// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

extension FileStore {
  /// Looks a path up on the disk; nil where it means nothing that may be served.
  ///
  /// - Parameter known: what the path meant before; what has not changed since is taken from it.
  func find(_ path: URLPath, known: ServedFile?) throws(OpenFileError) -> Resource? {
    guard let match = rules.match(path) else { return nil }
    let rule = match.rule
    let place = match.place
    guard isVisible(place) else { return nil }

    if match.isExact || !path.endsWithSlash {
      do {
        let file = try files.openFile(place)
        // A file is found under the very URL of its rule, not under that and a slash.
        if place.isRoot, !match.isExact || rule.kind == .directory { return nil }
        return try serve(
          file, at: place, contentType: rule.contentType, cacheControl: rule.cacheControl,
          known: known)
      } catch {
        switch error {
        case .notFound: return nil
        case .notRegular: break  // a directory, perhaps
        case .system: throw error
        }
      }
    }
    guard rule.kind != .file else { return nil }
    let defaultFile = rules.defaultFile
    let page = try findFile(
      place.appending(defaultFile.path),
      contentType: defaultFile.contentType ?? rule.contentType,
      cacheControl: defaultFile.cacheControl ?? rule.cacheControl, known: known)
    if let page { return path.endsWithSlash ? page : .needsFinalSlash }
    guard configuration.listsDirectories, try files.isDirectory(place) else { return nil }
    return path.endsWithSlash ? .listing(place) : .needsFinalSlash
  }

  /// A file named from a rule's directory.
  func findPage(
    _ name: String, of rule: StaticFiles.Rule, known: ServedFile?
  ) throws(OpenFileError) -> Resource? {
    try findFile(
      Place(root: rule.path, path: name), contentType: nil, cacheControl: rule.cacheControl,
      known: known)
  }

  /// A file at a place; nil where there is none.
  private func findFile(
    _ place: Place, contentType: String?, cacheControl: StaticFiles.CacheControl?,
    known: ServedFile?
  ) throws(OpenFileError) -> Resource? {
    do {
      return try serve(
        try files.openFile(place), at: place, contentType: contentType,
        cacheControl: cacheControl, known: known)
    } catch {
      if case .system = error { throw error }
      return nil
    }
  }

  /// Whether no name on the way to a place is hidden.
  func isVisible(_ place: Place) -> Bool {
    if case .served = configuration.dotfiles { return true }
    return place.path.utf8.split(separator: UInt8(ascii: "/")).allSatisfy {
      configuration.dotfiles.allow(Substring($0))
    }
  }

  /// Makes ready what is sent of an open file.
  private func serve(
    _ file: OpenFile, at place: Place, contentType: String?,
    cacheControl: StaticFiles.CacheControl?, known: ServedFile?
  ) throws(OpenFileError) -> Resource {
    let compressed = try openCompressed(besides: file, at: place)
    let name = String(place.name)
    var attributes = Representation.Attributes(
      contentType: contentType ?? mediaTypes.type(ofFile: name), cacheControl: "",
      varies: !compressed.isEmpty, additional: configuration.headerFields,
      largestInMemory: configuration.largestInMemory)
    let caching =
      cacheControl ?? (configuration.isImmutable(name) ? .immutable : configuration.cacheControl)
    attributes.cacheControl = caching.rawValue

    func representation(
      _ file: OpenFile, _ place: Place, _ coding: String?, _ known: [Representation]
    ) -> Representation {
      // Whether the answer varies is told on all of a file's representations.
      if let same = known.first(where: {
        $0.status == file.status && $0.coding == coding && $0.place == place
          && $0.notModifiedFields.contains(.vary) == attributes.varies
      }) {
        same.share(file)
        return same
      }
      return Representation(of: file, at: place, coding: coding, attributes)
    }
    let served = ServedFile(
      representation(file, place, nil, known.map { [$0.original] } ?? []),
      compressed: compressed.map {
        representation($0.file, $0.place, $0.coding, known?.compressed ?? [])
      }, checkedAt: 0)
    return .file(served, file)
  }

  /// The compressed siblings of a file that are not older than it.
  private func openCompressed(
    besides original: OpenFile, at place: Place
  ) throws(OpenFileError) -> [(file: OpenFile, place: Place, coding: String)] {
    var found: [(file: OpenFile, place: Place, coding: String)] = []
    for kind in configuration.precompressed {
      let place = place.sibling(suffix: kind.suffix)
      do {
        let file = try files.openFile(place)
        guard file.modificationTime >= original.modificationTime else { continue }
        found.append((file, place, kind.coding))
      } catch {
        if case .system = error { throw error }
      }
    }
    return found
  }
}
