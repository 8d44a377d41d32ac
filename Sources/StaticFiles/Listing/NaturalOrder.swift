// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Names in the order in which people count: `a2` before `A10`, whatever their case.
enum NaturalOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    var first = left.utf8[...]
    var second = right.utf8[...]
    while let one = first.first, let other = second.first {
      if isDigit(one), isDigit(other) {
        let number = takeNumber(&first)
        let otherNumber = takeNumber(&second)
        if number.count != otherNumber.count { return number.count < otherNumber.count }
        if !number.elementsEqual(otherNumber) {
          return number.lexicographicallyPrecedes(otherNumber)
        }
        continue
      }
      let lowered = (lowercased(one), lowercased(other))
      if lowered.0 != lowered.1 { return lowered.0 < lowered.1 }
      first.removeFirst()
      second.removeFirst()
    }
    if first.isEmpty != second.isEmpty { return first.isEmpty }
    return left < right
  }

  /// The digits in front, without zeros that mean nothing.
  private static func takeNumber(_ text: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == UInt8(ascii: "0") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }
}
