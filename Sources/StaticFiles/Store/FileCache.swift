// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is known of files, by the path they are asked for under, up to a limit of memory.
///
/// Two generations: what is used goes to the young one, and when that has grown to half of the
/// limit, it becomes the old one, and what was still in the old one is forgotten. So what is used
/// often stays, at the cost of one look-up and no lists to mend.
final class FileCache: Sendable {
  private struct Generations {
    var young: [PathKey: ServedFile] = [:]
    var old: [PathKey: ServedFile] = [:]
    var youngCost = 0
  }

  private let generations = Mutex(Generations())
  private let limit: Int

  /// - Parameter limit: in bytes; nothing is kept where there is not room for a few files.
  init(limit: Int) {
    self.limit = limit
  }

  subscript(key: PathKey) -> ServedFile? {
    generations.withLock { generations in
      if let file = generations.young[key] { return file }
      guard let file = generations.old.removeValue(forKey: key) else { return nil }
      insert(file, key, into: &generations)
      return file
    }
  }

  func insert(_ file: ServedFile, for key: PathKey) {
    generations.withLock { generations in
      generations.old[key] = nil
      if let known = generations.young.removeValue(forKey: key) {
        generations.youngCost -= cost(known, key)
      }
      insert(file, key, into: &generations)
    }
  }

  func remove(_ key: PathKey) {
    generations.withLock { generations in
      generations.old[key] = nil
      if let known = generations.young.removeValue(forKey: key) {
        generations.youngCost -= cost(known, key)
      }
    }
  }

  /// The bytes that are accounted for.
  var cost: Int {
    generations.withLock { generations in
      generations.youngCost + generations.old.reduce(0) { $0 + cost($1.value, $1.key) }
    }
  }

  private func insert(_ file: ServedFile, _ key: PathKey, into generations: inout Generations) {
    let cost = cost(file, key)
    guard cost <= limit / 2 else { return }
    if generations.youngCost + cost > limit / 2 {
      generations.old = generations.young
      generations.young = [:]
      generations.youngCost = 0
    }
    generations.young[key] = file
    generations.youngCost += cost
  }

  /// Both dictionaries' entries, the key, the objects and their fields.
  private func cost(_ file: ServedFile, _ key: PathKey) -> Int {
    256 + key.text.utf8.count + file.cost
  }
}

/// A path as bytes: two spellings that Unicode takes for the same are two files.
struct PathKey: Hashable, Sendable {
  let text: String

  static func == (left: PathKey, right: PathKey) -> Bool {
    var left = left.text
    var right = right.text
    return left.withUTF8 { left in
      right.withUTF8 { right in
        guard left.count == right.count else { return false }
        guard let one = left.baseAddress, let other = right.baseAddress else { return true }
        return memcmp(one, other, left.count) == 0
      }
    }
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
