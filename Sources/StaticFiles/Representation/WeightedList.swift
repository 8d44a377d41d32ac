// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The value of Accept or Accept-Encoding: names with weights (RFC 9110 section 12.4.2).
struct WeightedList {
  private let value: String

  init(_ value: String) {
    self.value = value
  }

  /// The weight of a name in thousandths, whatever its case; nil where the list does not have it. An
  /// element whose weight is none counts as not being there.
  func weight(of name: StaticString) -> Int? {
    var value = value
    return value.withUTF8 { bytes in
      let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
      return Self.weight(of: name, in: bytes)
    }
  }

  /// As ``weight(of:)-(StaticString)``; `name` is lowercase.
  func weight(of name: String) -> Int? {
    var value = value
    var name = name
    return value.withUTF8 { bytes in name.withUTF8 { Self.weight(of: $0, in: bytes) } }
  }

  private static func weight(
    of name: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    for element in bytes.split(separator: UInt8(ascii: ",")) {
      var parts = element.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
      guard let first = parts.popFirst(), isEqual(trimmed(first), name) else { continue }
      // Accept has parameters of the type in front of the weight.
      for part in parts.map(trimmed) where part.count >= 2 {
        if part[part.startIndex] | 0x20 == UInt8(ascii: "q"),
          part[part.startIndex + 1] == UInt8(ascii: "=")
        {
          return thousandths(part.dropFirst(2))
        }
      }
      return 1000
    }
    return nil
  }

  private static func isEqual(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ name: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    bytes.count == name.count
      && zip(bytes, name).allSatisfy { byte, expected in
        (byte &- 0x41 < 26 ? byte | 0x20 : byte) == expected
      }
  }

  /// `0`, `1`, or either with up to three decimals.
  private static func thousandths(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    guard (1...5).contains(digits.count), let first = digits.first,
      first == UInt8(ascii: "0") || first == UInt8(ascii: "1"),
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

  private static func trimmed(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    var bytes = bytes
    while let byte = bytes.first, isBlank(byte) { bytes.removeFirst() }
    while let byte = bytes.last, isBlank(byte) { bytes.removeLast() }
    return bytes
  }
}
