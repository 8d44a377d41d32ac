// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// A way to compress the content of an HTTP message (RFC 9110 section 8.4.1).
public enum ContentCoding: String, Sendable, Hashable, CaseIterable {
  /// RFC 1952.
  case gzip
  /// The zlib format of RFC 1950, which is what the name stands for, and not bare RFC 1951.
  case deflate

  /// The compressed content.
  ///
  /// The compressor lives for this call only, and takes no more memory than so much content needs:
  /// at most 262 KiB.
  ///
  /// - Parameter level: 1, fastest, to 9, smallest; other values count as the nearest of these.
  /// - Returns: nil if the content is better sent as it is: because it would not get smaller, or
  ///   zlib has no memory.
  public func encode(_ content: ByteBuffer, level: Int = 6) -> ByteBuffer? {
    let count = content.readableBytes
    let windowBits = min(max(Int.bitWidth - count.leadingZeroBitCount, 9), 15)
    let deflater = Deflater(
      format: self == .gzip ? .gzip : .zlib, windowBits: windowBits,
      level: min(max(level, 1), 9), memoryLevel: windowBits - 7)
    guard let deflater else { return nil }
    var encoded = ByteBuffer()
    content.withUnsafeReadableBytes { deflater.write($0, .finish, into: &encoded) }
    return encoded.readableBytes < count ? encoded : nil
  }
}

// MARK: - Negotiation

extension ContentCoding {
  /// The coding that a client likes best, by the value of its `accept-encoding`
  /// (RFC 9110 section 12.5.3): of those with the highest weight, the one it names first.
  ///
  /// - Returns: nil if it takes neither, or explicitly prefers content as it is.
  public static func preferred(by acceptEncoding: String) -> ContentCoding? {
    var weights: [ContentCoding: Weight] = [:]
    var anyOther: Weight?
    var identity = 0
    for (position, element) in acceptEncoding.split(separator: ",").enumerated() {
      guard let (name, thousandths) = parse(element) else { continue }
      let weight = Weight(thousandths: thousandths, position: position)
      switch name {
      case "gzip", "x-gzip": weights[.gzip] = weights[.gzip] ?? weight
      case "deflate": weights[.deflate] = weights[.deflate] ?? weight
      case "*": anyOther = anyOther ?? weight
      case "identity": identity = thousandths
      default: continue
      }
    }
    var best: (coding: ContentCoding, weight: Weight)?
    for coding in allCases {
      guard let weight = weights[coding] ?? anyOther, weight.thousandths > 0 else { continue }
      if let best, !weight.precedes(best.weight) { continue }
      best = (coding, weight)
    }
    guard let best, best.weight.thousandths >= identity else { return nil }
    return best.coding
  }

  private struct Weight {
    let thousandths: Int
    let position: Int

    func precedes(_ other: Weight) -> Bool {
      (thousandths, other.position) > (other.thousandths, position)
    }
  }

  /// `codings [ weight ]` (RFC 9110 section 12.4.2); nil if it is neither.
  private static func parse(_ element: Substring) -> (name: String, thousandths: Int)? {
    let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
    switch parts.count {
    case 1: return (parts[0].lowercased(), 1000)
    case 2: return thousandths(parts[1]).map { (parts[0].lowercased(), $0) }
    default: return nil
    }
  }

  /// The value of `q=0.123`.
  private static func thousandths(_ parameter: Substring) -> Int? {
    let text = parameter.utf8
    guard parameter.lowercased().hasPrefix("q="), (3...7).contains(text.count) else { return nil }
    let digits = text.dropFirst(2)
    guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"),
      digits.count == 1 || digits.dropFirst().first == UInt8(ascii: ".")
    else { return nil }
    var value = first == UInt8(ascii: "1") ? 1000 : 0
    var place = 100
    for digit in digits.dropFirst(2) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value += Int(digit - UInt8(ascii: "0")) * place
      place /= 10
    }
    return value <= 1000 ? value : nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
