// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import COpenBeneath
import HTTPApp

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Opens what lies below a directory, and nothing else.
struct ConfinedFiles: Sendable {
  let links: StaticFiles.SymbolicLinks
  /// Whether Linux's `openat2` is tried first.
  var asksKernel = true

  /// Opens a file.
  ///
  /// - Throws: ``OpenFileError``; whatever lies outside is ``OpenFileError/notFound``.
  func openFile(_ place: Place) throws(OpenFileError) -> OpenFile {
    // What a rule names is trusted; what is below it is not.
    guard !place.isRoot else { return try OpenFile(path: place.root) }
    return try OpenFile(takingOwnershipOf: open(place, O_RDONLY))
  }

  /// Opens a directory for reading its entries. The caller closes the descriptor.
  ///
  /// - Throws: ``OpenFileError``; whatever lies outside is ``OpenFileError/notFound``.
  func openDirectory(_ place: Place) throws(OpenFileError) -> CInt {
    guard !place.isRoot else { return try openDirectly(place.root, O_RDONLY | O_DIRECTORY) }
    return try open(place, O_RDONLY | O_DIRECTORY)
  }

  /// Opens whatever is at a place below a directory. The caller closes the descriptor.
  ///
  /// - Throws: ``OpenFileError``; whatever lies outside is ``OpenFileError/notFound``.
  func openAnything(_ place: Place) throws(OpenFileError) -> CInt {
    try open(place, O_RDONLY)
  }

  /// Whether there is a directory.
  ///
  /// - Throws: ``OpenFileError/system(errno:)``.
  func isDirectory(_ place: Place) throws(OpenFileError) -> Bool {
    do {
      close(try openDirectory(place))
      return true
    } catch {
      if case .system = error { throw error }
      return false
    }
  }

  private func open(_ place: Place, _ flags: CInt) throws(OpenFileError) -> CInt {
    if links == .followed { return try openDirectly(place.root + "/" + place.path, flags) }
    if asksKernel {
      let result = open_beneath(place.root, place.path, flags, links == .refused ? 1 : 0)
      if result >= 0 { return result }
      switch -result {
      case EXDEV: throw .notFound
      // An old kernel, a sandbox that knows no openat2, a tree that is being rearranged.
      case ENOSYS, EPERM, EAGAIN: break
      default: throw OpenFileError(errno: -result)
      }
    }
    return try ConfinedWalk.open(
      below: place.root, pathSegments(place.path), flags, followsLinks: links == .insideRoot)
  }

  private func openDirectly(_ path: String, _ flags: CInt) throws(OpenFileError) -> CInt {
    let descriptor = retrying { Self.open(path, flags | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw OpenFileError(errno: errno) }
    return descriptor
  }

  private static func open(_ path: String, _ flags: CInt) -> CInt {
    #if canImport(Glibc)
      Glibc.open(path, flags)
    #elseif canImport(Musl)
      Musl.open(path, flags)
    #else
      Darwin.open(path, flags)
    #endif
  }
}

/// A place below a directory.
struct Place: Sendable, Hashable {
  /// A path of the file system, as a rule names it.
  var root: String
  /// Names from there with slashes between them, each one neither empty nor a dot segment; empty
  /// for the root itself.
  var path = ""

  var isRoot: Bool { path.isEmpty }

  /// The last name.
  var name: Substring {
    let whole = isRoot ? root : path
    let start = whole.utf8.lastIndex(of: UInt8(ascii: "/")).map { whole.utf8.index(after: $0) }
    return whole[(start ?? whole.startIndex)...]
  }

  /// A place inside of this directory.
  func appending(_ inner: String) -> Place {
    Place(root: root, path: isRoot ? inner : path + "/" + inner)
  }

  /// The place of a file beside this one whose name has so much more at its end. It must be in the
  /// same directory, also where a rule names the file itself.
  func sibling(suffix: String) -> Place {
    guard isRoot else { return Place(root: root, path: path + suffix) }
    let name = name
    return Place(root: String(root[..<name.startIndex]) + ".", path: name + suffix)
  }
}

func retrying(_ call: () -> CInt) -> CInt {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
