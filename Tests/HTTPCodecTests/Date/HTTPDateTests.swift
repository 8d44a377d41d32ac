// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec
import NIOCore
import Testing

@Suite struct HTTPDateTests {
  static let known: [(Int64, String)] = [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (2_147_483_647, "Tue, 19 Jan 2038 03:14:07 GMT"),
    (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
    (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
    (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
  ]

  @Test(arguments: known)
  func rendersAndParses(_ seconds: Int64, text: String) {
    let date = HTTPDate(unixSeconds: seconds)
    #expect(date.description == text)
    #expect(HTTPDate(parsing: text) == date)
    var buffer = ByteBuffer()
    date.write(into: &buffer)
    #expect(String(buffer: buffer) == text)
  }

  @Test func everyDayOfFourCenturiesRoundTrips() {
    // One full cycle of the calendar from 1970, a prime number of seconds into each day.
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    for day in Int64(0)..<146_097 {
      let date = HTTPDate(unixSeconds: day * 86400 + 12_347)
      let text = date.description
      if !text.hasPrefix(weekdays[Int(day % 7)]) || HTTPDate(parsing: text) != date {
        Issue.record("\(day) is \(text)")
        return
      }
    }
  }

  @Test func clampsToFourDigits() {
    #expect(HTTPDate(unixSeconds: .max).description == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(HTTPDate(unixSeconds: .min).description == "Mon, 01 Jan 0001 00:00:00 GMT")
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ])
  func parsesTheThreeForms(_ text: String) {
    #expect(HTTPDate(parsing: text, now: 1_000_000_000)?.unixSeconds == 784_111_777)
  }

  @Test(arguments: [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ])
  func knowsEveryLongWeekday(_ name: String) {
    #expect(HTTPDate(parsing: "\(name), 06-Nov-94 08:49:37 GMT")?.unixSeconds == 784_111_777)
    #expect(HTTPDate(parsing: "\(name)x, 06-Nov-94 08:49:37 GMT") == nil)
    #expect(HTTPDate(parsing: "\(name.dropLast()), 06-Nov-94 08:49:37 GMT") == nil)
  }

  @Test func twoDigitYearsAreAtMostFiftyYearsAhead() throws {
    let now = try #require(HTTPDate(parsing: "Mon, 23 Nov 2026 00:00:00 GMT")).unixSeconds
    func year(_ digits: String) -> String? {
      let text = "Sunday, 01-Jan-\(digits) 00:00:00 GMT"
      return (HTTPDate(parsing: text, now: now)?.description.dropFirst(12).prefix(4))
        .map(String.init)
    }
    #expect(year("26") == "2026")
    #expect(year("76") == "2076")
    #expect(year("77") == "1977")
    #expect(year("00") == "2000")
    #expect(year("99") == "1999")
  }

  @Test(arguments: [
    "", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
    "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 30 Feb 2000 08:49:37 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
    "Sun, -6 Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun Nov 06 08:49:37 94",
    "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
    "784111777", "Sun, 06 Nov 1994 08:49:3\u{7} GMT", "S\u{FC}n, 06 Nov 1994 08:49:37 GMT",
  ])
  func refusesOtherText(_ text: String) {
    #expect(HTTPDate(parsing: text) == nil)
  }

  @Test func acceptsALeapSecond() {
    #expect(
      HTTPDate(parsing: "Sat, 31 Dec 2016 23:59:60 GMT")
        == HTTPDate(parsing: "Sun, 01 Jan 2017 00:00:00 GMT"))
  }

  @Test func comparesByTime() {
    #expect(HTTPDate(unixSeconds: 1) < HTTPDate(unixSeconds: 2))
  }
}
