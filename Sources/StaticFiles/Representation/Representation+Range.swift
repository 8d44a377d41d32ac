// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

extension Representation {
  /// Which bytes of a file a request is about.
  enum RequestedRange: Hashable {
    case whole
    /// Never empty.
    case part(Range<Int>)
    case unsatisfiable
  }

  /// The Range field of a GET, where If-Range allows it (RFC 9110 section 14.2).
  func requestedRange(of request: Request) -> RequestedRange {
    guard request.method == .get, let value = request.headerValue(.range),
      matchesIfRange(of: request)
    else { return .whole }
    return Self.range(value, size: file.size)
  }

  /// Reads `bytes=` and one range. What is malformed, in another unit or several ranges asks for
  /// the whole, as every server is free to answer (RFC 9110 section 14.2).
  static func range(_ value: String, size: Int) -> RequestedRange {
    let utf8 = value.utf8
    guard let equals = utf8.firstIndex(of: UInt8(ascii: "=")),
      value[..<equals].lowercased() == "bytes"
    else { return .whole }
    let spec = utf8[utf8.index(after: equals)...]
    guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return .whole }
    let first = spec[..<dash]
    let last = spec[spec.index(after: dash)...]

    if first.isEmpty {
      guard let length = position(last) else { return .whole }
      if length == 0 { return .unsatisfiable }
      return size == 0 ? .whole : .part(max(size - length, 0)..<size)
    }
    guard let start = position(first) else { return .whole }
    var end = size
    if !last.isEmpty {
      guard let inclusive = position(last), inclusive >= start else { return .whole }
      end = min(inclusive, size - 1) + 1
    }
    return start < size ? .part(start..<end) : .unsatisfiable
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
}
