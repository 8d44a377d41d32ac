// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension HTTPDate {
  /// Parses an HTTP-date in any of its three forms, RFC 9110 section 5.6.7; nil for anything else.
  ///
  /// - `Sun, 06 Nov 1994 08:49:37 GMT`, the one to send
  /// - `Sunday, 06-Nov-94 08:49:37 GMT`, from RFC 850
  /// - `Sun Nov  6 08:49:37 1994`, from C's `asctime`
  ///
  /// The name of the weekday must be one, but need not fit the date. A leap second counts as the
  /// second after it.
  ///
  /// - Parameter now: The present in Unix seconds. A two-digit year is the latest one that is at
  ///   most 50 years ahead of it.
  public init?(parsing text: some StringProtocol, now: Int64 = 0) {
    var text = String(text)
    let date = text.withUTF8 { Self.parse(UnsafeRawBufferPointer($0), now: now) }
    guard let date else { return nil }
    self = date
  }

  static func parse(_ bytes: UnsafeRawBufferPointer, now: Int64) -> HTTPDate? {
    var cursor = Cursor(bytes: bytes)
    guard let weekday = cursor.take(oneOf: weekdays) else { return nil }
    if cursor.skip(", ") { return parseFixdate(&cursor) }
    if cursor.skip(" ") { return parseAsctime(&cursor) }
    let endings: StaticString = "day   day   sday  nesdayrsday day   urday "
    for offset in 0..<6 {
      let byte = endings.utf8Start[6 * weekday + offset]
      if byte != .space && !cursor.skip(byte) { return nil }
    }
    return cursor.skip(", ") ? parseRFC850(&cursor, now: now) : nil
  }

  private static func parseFixdate(_ cursor: inout Cursor) -> HTTPDate? {
    guard let day = cursor.takeNumber(digits: 2), cursor.skip(" "),
      let month = cursor.take(oneOf: months), cursor.skip(" "),
      let year = cursor.takeNumber(digits: 4), cursor.skip(" "),
      let time = cursor.takeTime(), cursor.skip(" GMT"), cursor.isAtEnd
    else { return nil }
    return HTTPDate(CivilDate(year: year, month: month + 1, day: day), time: time)
  }

  private static func parseAsctime(_ cursor: inout Cursor) -> HTTPDate? {
    guard let month = cursor.take(oneOf: months), cursor.skip(" "),
      let day = cursor.skip(" ") ? cursor.takeNumber(digits: 1) : cursor.takeNumber(digits: 2),
      cursor.skip(" "), let time = cursor.takeTime(), cursor.skip(" "),
      let year = cursor.takeNumber(digits: 4), cursor.isAtEnd
    else { return nil }
    return HTTPDate(CivilDate(year: year, month: month + 1, day: day), time: time)
  }

  private static func parseRFC850(_ cursor: inout Cursor, now: Int64) -> HTTPDate? {
    guard let day = cursor.takeNumber(digits: 2), cursor.skip("-"),
      let month = cursor.take(oneOf: months), cursor.skip("-"),
      let digits = cursor.takeNumber(digits: 2), cursor.skip(" "),
      let time = cursor.takeTime(), cursor.skip(" GMT"), cursor.isAtEnd
    else { return nil }
    let today = HTTPDate(unixSeconds: now).unixSeconds
    let latest = CivilDate(daysSinceEpoch: floorDivide(today, 86400)).year + 50
    let year = latest - (latest - digits) % 100
    return HTTPDate(CivilDate(year: year, month: month + 1, day: day), time: time)
  }

  private init?(_ date: CivilDate, time: Int) {
    guard date.isValid else { return nil }
    self.init(unixSeconds: date.daysSinceEpoch * 86400 + Int64(time))
  }
}

/// Takes fixed pieces off the front of a date; every method leaves no trace when it fails but the
/// position, which nobody looks at then.
private struct Cursor {
  let bytes: UnsafeRawBufferPointer
  var index = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { index == bytes.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  mutating func skip(_ text: StaticString) -> Bool {
    for offset in 0..<text.utf8CodeUnitCount {
      guard index + offset < bytes.count, bytes[index + offset] == text.utf8Start[offset] else {
        return false
      }
    }
    index += text.utf8CodeUnitCount
    return true
  }

  /// The index of the three-letter name in `names`; names are case-sensitive.
  mutating func take(oneOf names: StaticString) -> Int? {
    guard index + 3 <= bytes.count else { return nil }
    for candidate in 0..<names.utf8CodeUnitCount / 3 {
      let name = names.utf8Start + 3 * candidate
      if bytes[index] == name[0], bytes[index + 1] == name[1], bytes[index + 2] == name[2] {
        index += 3
        return candidate
      }
    }
    return nil
  }

  mutating func takeNumber(digits: Int) -> Int? {
    guard index + digits <= bytes.count else { return nil }
    var number = 0
    for _ in 0..<digits {
      guard bytes[index].isDigit else { return nil }
      number = number * 10 + Int(bytes[index] - 0x30)
      index += 1
    }
    return number
  }

  /// `hour ":" minute ":" second` as seconds of the day.
  mutating func takeTime() -> Int? {
    guard let hour = takeNumber(digits: 2), hour < 24, skip(":"),
      let minute = takeNumber(digits: 2), minute < 60, skip(":"),
      let second = takeNumber(digits: 2), second <= 60
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }
}
