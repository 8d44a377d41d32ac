// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The id of a session: a bearer secret, so never to be logged or shown to other peers.
///
/// The id is twenty characters of `A–Za–z0–9-_`, 120 bits from the system's random generator. A
/// server that is one of several may put a tag in front, `<tag>.<random>`, that names the node.
/// Ids of an application's own may be longer, up to 64 characters of the same alphabet.
public struct SessionID: RawRepresentable, Sendable, Hashable {
  /// The id as it appears in requests.
  public let rawValue: String

  /// Takes an id that a request carries or an application made: 20 to 64 characters of
  /// `A–Za–z0–9-_`, which a tag and a dot may precede; `nil` for any other.
  public init?(rawValue: String) {
    guard Self.isWellFormed(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(unchecked rawValue: String) {
    self.rawValue = rawValue
  }

  /// Makes a new id.
  ///
  /// - Parameter tag: the node's tag, one to sixteen characters of `a–z0–9`; traps on any other.
  public static func random(tag: String? = nil) -> SessionID {
    var generator = SystemRandomNumberGenerator()
    return random(tag: tag, using: &generator)
  }

  /// Makes a new id from the given source of randomness.
  public static func random(
    tag: String? = nil, using generator: inout some RandomNumberGenerator
  ) -> SessionID {
    if let tag { precondition(isTag(tag.utf8), "a node tag is 1 to 16 characters of a-z0-9") }
    let tagLength = tag.map { $0.utf8.count + 1 } ?? 0
    let rawValue = String(unsafeUninitializedCapacity: tagLength + randomLength) { target in
      var count = 0
      if let tag {
        for byte in tag.utf8 {
          target[count] = byte
          count += 1
        }
        target[count] = separator
        count += 1
      }
      for _ in 0..<2 {
        var bits: UInt64 = generator.next()
        for _ in 0..<randomLength / 2 {
          target[count] = character(UInt8(truncatingIfNeeded: bits & 0x3f))
          bits >>= 6
          count += 1
        }
      }
      return count
    }
    return SessionID(unchecked: rawValue)
  }

  /// The tag of the node that made the id, if it carries one.
  public var tag: Substring? {
    rawValue.utf8.firstIndex(of: Self.separator).map { rawValue[..<$0] }
  }

  private static let randomLength = 20
  private static let maximumLength = 64
  private static let separator = UInt8(ascii: ".")

  private static func isWellFormed(_ text: String) -> Bool {
    let bytes = text.utf8.span
    var start = 0
    for index in 0..<min(bytes.count, 17) where bytes[index] == separator {
      guard isTag(text.utf8.prefix(index)) else { return false }
      start = index + 1
      break
    }
    guard (randomLength...maximumLength).contains(bytes.count - start) else { return false }
    for index in start..<bytes.count where !isRandomCharacter(bytes[index]) { return false }
    return true
  }

  private static func isTag(_ bytes: some Collection<UInt8>) -> Bool {
    (1...16).contains(bytes.count)
      && bytes.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
      }
  }

  private static func isRandomCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func character(_ value: UInt8) -> UInt8 {
    switch value {
    case ..<26: UInt8(ascii: "A") + value
    case ..<52: UInt8(ascii: "a") + value - 26
    case ..<62: UInt8(ascii: "0") + value - 52
    case 62: UInt8(ascii: "-")
    default: UInt8(ascii: "_")
    }
  }
}

extension SessionID: CustomStringConvertible {
  /// The first characters, enough to tell sessions apart in a log and too few to take one over.
  public var description: String {
    (tag.map { $0 + "." } ?? "") + rawValue.suffix(Self.randomLength).prefix(6) + "…"
  }
}
