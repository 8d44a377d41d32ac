// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

/// A file as it was when the disk was last looked at, with its compressed siblings.
final class ServedFile: Sendable {
  /// The file itself.
  let original: Representation
  /// Its siblings, those that the configuration names first in front.
  let compressed: [Representation]
  /// When the disk was last looked at, in nanoseconds of the store's clock.
  let checkedAt: Atomic<Int64>

  init(_ original: Representation, compressed: [Representation], checkedAt: Int64) {
    self.original = original
    self.compressed = compressed
    self.checkedAt = Atomic(checkedAt)
  }

  /// The memory that it takes, in bytes, once everything that may be in memory is.
  var cost: Int {
    compressed.reduce(original.cost) { $0 + $1.cost }
  }

  /// Whether both stand for the same objects.
  func hasSameRepresentations(as other: ServedFile) -> Bool {
    original === other.original && compressed.count == other.compressed.count
      && zip(compressed, other.compressed).allSatisfy { $0 === $1 }
  }

  /// The representation that a client likes best (RFC 9110 section 12.5.3): of those it likes
  /// equally well a compressed one, and what it forbids only where there is nothing else.
  func representation(for acceptEncoding: String?) -> Representation {
    guard !compressed.isEmpty, let acceptEncoding else { return original }
    let list = WeightedList(acceptEncoding)
    let anyOther = list.weight(of: "*")
    var best: (representation: Representation, weight: Int)?
    for candidate in compressed {
      guard let coding = candidate.coding else { continue }
      let weight =
        list.weight(of: coding) ?? (coding == "gzip" ? list.weight(of: "x-gzip") : nil)
        ?? anyOther ?? 0
      if weight > best?.weight ?? 0 { best = (candidate, weight) }
    }
    // Content as it is needs no mention to be welcome, but only a mention makes it preferred.
    guard let best, best.weight >= list.weight(of: "identity") ?? 0 else { return original }
    return best.representation
  }
}
