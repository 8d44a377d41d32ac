// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import NIOCore

/// A point in time as HTTP fields write it, in whole seconds: RFC 9110 section 5.6.7.
///
/// Calendar arithmetic only; it knows no leap seconds and no time zone but GMT.
public struct HTTPDate: Sendable, Hashable, Comparable {
  /// The first second of year 1 and the last of year 9999: what four digits can say.
  static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Seconds since 1970-01-01T00:00:00Z, within the years 1 to 9999.
  public let unixSeconds: Int64

  /// Creates a date, clamped to the years 1 to 9999.
  public init(unixSeconds: Int64) {
    self.unixSeconds = min(max(unixSeconds, Self.range.lowerBound), Self.range.upperBound)
  }

  /// Earlier first.
  public static func < (left: Self, right: Self) -> Bool { left.unixSeconds < right.unixSeconds }

  /// The length of an IMF-fixdate.
  public static let byteCount = 29

  /// The date as an IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
  public var bytes: InlineArray<29, UInt8> {
    let days = floorDivide(unixSeconds, 86400)
    let time = Int(unixSeconds - days * 86400)
    let date = CivilDate(daysSinceEpoch: days)
    // 1970-01-01 was a Thursday.
    let weekday = Int((days % 7 + 11) % 7)
    var bytes = InlineArray<29, UInt8>(repeating: .space)
    copy(Self.weekdays, 3 * weekday, to: &bytes, at: 0)
    bytes[3] = .comma
    put(date.day, to: &bytes, at: 5)
    copy(Self.months, 3 * (date.month - 1), to: &bytes, at: 8)
    put(date.year / 100, to: &bytes, at: 12)
    put(date.year % 100, to: &bytes, at: 14)
    put(time / 3600, to: &bytes, at: 17)
    bytes[19] = .colon
    put(time / 60 % 60, to: &bytes, at: 20)
    bytes[22] = .colon
    put(time % 60, to: &bytes, at: 23)
    copy("GMT", 0, to: &bytes, at: 26)
    return bytes
  }

  /// Appends the date as an IMF-fixdate of 29 bytes.
  public func write(into buffer: inout ByteBuffer) {
    let bytes = bytes
    bytes.span.withUnsafeBytes { _ = buffer.writeBytes($0) }
  }

  static let weekdays: StaticString = "SunMonTueWedThuFriSat"
  static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
}

extension HTTPDate: CustomStringConvertible {
  /// The date as an IMF-fixdate.
  public var description: String {
    let bytes = bytes
    return bytes.span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

private func copy(
  _ text: StaticString, _ offset: Int, to bytes: inout InlineArray<29, UInt8>, at index: Int
) {
  for step in 0..<3 { bytes[index + step] = text.utf8Start[offset + step] }
}

private func put(_ value: Int, to bytes: inout InlineArray<29, UInt8>, at index: Int) {
  bytes[index] = UInt8(truncatingIfNeeded: 48 + value / 10)
  bytes[index + 1] = UInt8(truncatingIfNeeded: 48 + value % 10)
}

/// Division that rounds down, for a positive divisor.
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  value >= 0 ? value / divisor : (value + 1) / divisor - 1
}
