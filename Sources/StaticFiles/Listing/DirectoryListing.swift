// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a directory has that would be served, to be read when the answer is made.
struct DirectoryListing: Sendable {
  /// One line of it.
  struct Entry: Sendable {
    let name: String
    let isDirectory: Bool
    /// Bytes.
    let size: Int
    /// Seconds since 1970.
    let modified: Int
  }

  private let place: Place
  private let path: String
  private let store: FileStore
  private let maximumEntries: Int

  /// - Parameters:
  ///   - path: the whole path of the request, decoded.
  ///   - maximumEntries: so many are read, and of more the page says that there are more.
  init(_ place: Place, path: String, _ store: FileStore, maximumEntries: Int = 10_000) {
    self.place = place
    self.path = path
    self.store = store
    self.maximumEntries = maximumEntries
  }

  /// Reads the directory and makes the page; takes its time in a large one.
  func response() throws(OpenFileError) -> Response {
    let (entries, isComplete) = try read()
    let page = ListingPage(
      path: path, entries: entries.sorted(by: Self.areInOrder), isComplete: isComplete)
    return Response(
      headerFields: [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
        .xContentTypeOptions: "nosniff",
      ], body: ResponseBody(page.html))
  }

  private func read() throws(OpenFileError) -> (entries: [Entry], isComplete: Bool) {
    let descriptor: CInt
    do {
      descriptor = try store.files.openDirectory(place)
    } catch {
      // It was there a moment ago.
      if case .system = error { throw error }
      return ([], true)
    }
    guard let directory = fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw OpenFileError(errno: code)
    }
    defer { closedir(directory) }
    var entries: [Entry] = []
    while let entry = readdir(directory) {
      guard let name = name(of: entry), let entry = self.entry(name, in: descriptor) else {
        continue
      }
      if entries.count == maximumEntries { return (entries, false) }
      entries.append(entry)
    }
    return (entries, true)
  }

  /// The name of an entry, where a request could have it.
  private func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(
        to: UInt8.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)
      ) { String(validatingCString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) }
    }
    guard let name, name != ".", name != "..", URLPath.isResolved("/" + name),
      store.configuration.dotfiles.allow(name)
    else { return nil }
    return name
  }

  /// An entry, where it would be served.
  private func entry(_ name: String, in directory: CInt) -> Entry? {
    var status = stat()
    guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    if status.st_mode & S_IFMT == S_IFLNK, !follow(name, &status) { return nil }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFDIR else { return nil }
    #if canImport(Darwin)
      let modified = status.st_mtimespec.tv_sec
    #else
      let modified = status.st_mtim.tv_sec
    #endif
    return Entry(
      name: name, isDirectory: kind == S_IFDIR, size: Int(status.st_size), modified: modified)
  }

  /// Looks where a link leads, if that may be served.
  private func follow(_ name: String, _ status: inout stat) -> Bool {
    guard let descriptor = try? store.files.openAnything(place.appending(name)) else {
      return false
    }
    defer { close(descriptor) }
    return fstat(descriptor, &status) == 0
  }

  /// Directories first, then by name.
  private static func areInOrder(_ left: Entry, _ right: Entry) -> Bool {
    if left.isDirectory != right.isDirectory { return left.isDirectory }
    return NaturalOrder.precedes(left.name, right.name)
  }
}
