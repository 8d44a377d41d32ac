// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Which bytes of a representation a request is about (RFC 9110 section 14.1.2).
enum ByteRanges: Hashable {
  case whole
  /// At least one, none of them empty, none touching another, in the order of the request.
  case parts([Range<Int>])
  case unsatisfiable

  /// Reads the value of Range: `bytes=` and a list.
  ///
  /// What is malformed, in another unit or more than `maximum` ranges asks for the whole, as every
  /// server is free to answer (RFC 9110 section 14.2). Ranges that overlap or touch become one
  /// (RFC 9110 section 15.3.7.2), so that nobody gets more bytes than the whole has.
  init(_ value: String, size: Int, maximum: Int) {
    self = .whole
    let utf8 = value.utf8
    guard let equals = utf8.firstIndex(of: UInt8(ascii: "=")),
      value[..<equals].lowercased() == "bytes"
    else { return }
    var list = utf8[utf8.index(after: equals)...]
    guard let first = list.first, !isBlank(first) else { return }

    var specs = 0
    var parts: [Range<Int>] = []
    while !list.isEmpty {
      let element = list.prefix { $0 != UInt8(ascii: ",") }
      list = list[element.endIndex...].dropFirst()
      // Recipients ignore empty elements (RFC 9110 section 5.6.1.2).
      guard let spec = Self.trimmed(element) else { continue }
      specs += 1
      guard specs <= maximum else { return }
      switch Self.read(spec, size: size) {
      case .parts(let part): Self.insert(part[0], into: &parts)
      case .unsatisfiable: break
      case .whole: return
      }
    }
    if specs > 0 { self = parts.isEmpty ? .unsatisfiable : .parts(parts) }
  }

  /// Reads one range.
  private static func read(_ spec: Substring.UTF8View, size: Int) -> ByteRanges {
    guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return .whole }
    let first = spec[..<dash]
    let last = spec[spec.index(after: dash)...]
    if first.isEmpty {
      guard let length = position(last) else { return .whole }
      if length == 0 { return .unsatisfiable }
      // The end of nothing is the whole of it.
      return size == 0 ? .whole : .parts([max(size - length, 0)..<size])
    }
    guard let start = position(first) else { return .whole }
    var end = size
    if !last.isEmpty {
      guard let inclusive = position(last), inclusive >= start else { return .whole }
      end = min(inclusive, size - 1) + 1
    }
    return start < size ? .parts([start..<end]) : .unsatisfiable
  }

  /// Adds a range; what it overlaps or touches becomes one with it, in the place of the first.
  private static func insert(_ range: Range<Int>, into parts: inout [Range<Int>]) {
    var union = range
    var place = parts.endIndex
    while let index = parts.firstIndex(where: {
      $0.lowerBound <= union.upperBound && union.lowerBound <= $0.upperBound
    }) {
      let other = parts.remove(at: index)
      union =
        min(union.lowerBound, other.lowerBound)..<max(union.upperBound, other.upperBound)
      place = min(place, index)
    }
    parts.insert(union, at: min(place, parts.endIndex))
  }

  /// A number of digits alone; what is too large for an `Int` is beyond every file, and so `max`.
  private static func position(_ digits: Substring.UTF8View) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      value = overflow || carry ? .max : sum
    }
    return value
  }

  /// Without the white space around it; nil where nothing is left.
  private static func trimmed(_ element: Substring.UTF8View) -> Substring.UTF8View? {
    guard let first = element.firstIndex(where: { !isBlank($0) }),
      let last = element.lastIndex(where: { !isBlank($0) })
    else { return nil }
    return element[first...last]
  }
}

func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
