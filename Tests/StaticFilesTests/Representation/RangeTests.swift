// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

/// RFC 9110 section 14.
@Suite struct RangeTests {
  typealias Requested = Representation.RequestedRange

  @Test(
    arguments: [
      ("bytes=0-0", .part(0..<1)), ("bytes=0-9", .part(0..<10)), ("bytes=9-9", .part(9..<10)),
      ("bytes=2-5", .part(2..<6)), ("bytes=5-5", .part(5..<6)), ("bytes=0-", .part(0..<10)),
      ("bytes=9-", .part(9..<10)), ("bytes=3-10", .part(3..<10)), ("bytes=3-99", .part(3..<10)),
      ("BYTES=1-2", .part(1..<3)), ("bytes=0001-0002", .part(1..<3)),
      ("bytes=-1", .part(9..<10)), ("bytes=-5", .part(5..<10)), ("bytes=-10", .part(0..<10)),
      ("bytes=-99", .part(0..<10)),

      ("bytes=10-", .unsatisfiable), ("bytes=10-10", .unsatisfiable),
      ("bytes=99-100", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=-000", .unsatisfiable),

      ("bytes=0-9223372036854775806", .part(0..<10)),
      ("bytes=0-9223372036854775807", .part(0..<10)),
      ("bytes=0-9223372036854775808", .part(0..<10)),
      ("bytes=0-18446744073709551615", .part(0..<10)),
      ("bytes=0-18446744073709551616", .part(0..<10)),
      ("bytes=1-99999999999999999999999999999999", .part(1..<10)),
      ("bytes=-9223372036854775807", .part(0..<10)), ("bytes=-9223372036854775808", .part(0..<10)),
      ("bytes=-18446744073709551616", .part(0..<10)),
      ("bytes=9223372036854775807-", .unsatisfiable),
      ("bytes=9223372036854775808-", .unsatisfiable),
      ("bytes=18446744073709551616-", .unsatisfiable),
      ("bytes=18446744073709551616-18446744073709551617", .unsatisfiable),
      ("bytes=18446744073709551616-0", .whole),

      ("bytes=5-4", .whole), ("bytes=99-98", .whole), ("", .whole), ("bytes", .whole),
      ("bytes=", .whole), ("bytes=-", .whole), ("bytes=--1", .whole), ("bytes=-1-2", .whole),
      ("bytes=1", .whole), ("bytes=a-b", .whole), ("bytes=0-b", .whole), ("bytes=a-0", .whole),
      ("bytes=+1-2", .whole), ("bytes=1-+2", .whole), ("bytes=0x1-2", .whole),
      ("bytes=1.5-2", .whole), ("bytes= 0-1", .whole), ("bytes =0-1", .whole),
      ("bytes=0 -1", .whole), ("bytes=0- 1", .whole), ("bytes=0-1 ", .whole), ("bytes:0-1", .whole),
      ("bytes=\u{0661}-\u{0662}", .whole), ("0-1", .whole), ("=0-1", .whole), ("items=0-1", .whole),
      ("bytess=0-1", .whole), ("bytes==0-1", .whole),
      ("bytes=0-1,3-4", .whole), ("bytes=0-1,", .whole), ("bytes=,0-1", .whole),
      ("bytes=0-1, bytes=3-4", .whole), ("bytes=99-,0-1", .whole),
    ] as [(String, Requested)])
  func ofTenBytes(value: String, expected: Requested) {
    #expect(Representation.range(value, size: 10) == expected)
  }

  @Test(
    arguments: [
      ("bytes=0-", .unsatisfiable), ("bytes=0-0", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=-5", .whole), ("bytes=5-4", .whole),
    ] as [(String, Requested)])
  func ofAnEmptyFile(value: String, expected: Requested) {
    #expect(Representation.range(value, size: 0) == expected)
  }

  @Test func ofTheLargestFile() {
    #expect(Representation.range("bytes=0-", size: .max) == .part(0..<(.max)))
    #expect(
      Representation.range("bytes=5-99999999999999999999", size: .max) == .part(5..<(.max)))
    #expect(Representation.range("bytes=-99999999999999999999", size: .max) == .part(0..<(.max)))
  }

  @Test func randomRangesStayInsideTheFile() {
    let pieces = ["bytes=", "-", ",", " ", "0", "1", "9", "99", "18446744073709551615", "x", "="]
    var generator = SeededGenerator(seed: 2)
    var parts = 0
    for _ in 0..<20_000 {
      let value = "bytes=" + generator.text(of: pieces, upTo: 5)
      for size in [0, 1, 10, .max] {
        guard case .part(let range) = Representation.range(value, size: size) else { continue }
        #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size, "\(value)")
        parts += 1
      }
    }
    #expect(parts > 1000)
  }

  @Test func everyPartIsThatSliceOfTheFile() throws {
    let content = "0123456789"
    let site = try Site(["a.txt": content])
    let files = StaticFiles(["/": .directory(site.root)])
    for first in 0..<12 {
      for last in first..<13 {
        let response = try #require(
          try files.answer("/a.txt", [.range: "bytes=\(first)-\(last)"]))
        guard first < 10 else {
          #expect(response.status == .rangeNotSatisfiable)
          continue
        }
        let end = min(last, 9)
        #expect(response.status == .partialContent)
        #expect(response.headerFields[.contentRange] == "bytes \(first)-\(end)/10")
        #expect(try response.text == String(Array(content)[first...end]))
      }
    }
  }

  @Test func aPartSaysWhatTheWholeSays() throws {
    let site = try Site(["a.txt": "0123456789"])
    let files = StaticFiles(["/": .directory(site.root)])
    let whole = try #require(try files.answer("/a.txt"))
    var part = try #require(try files.answer("/a.txt", [.range: "bytes=-3"]))
    #expect(part.headerFields[.contentRange] == "bytes 7-9/10")
    part.headerFields[.contentRange] = nil
    #expect(part.headerFields == whole.headerFields)
  }

  @Test func anUnsatisfiableRangeLearnsTheSize() throws {
    let site = try Site(["a.txt": "0123456789"])
    let response = try StaticFiles(["/": .directory(site.root)])
      .answer("/a.txt", [.range: "bytes=10-"])
    #expect(response?.status == .rangeNotSatisfiable)
    #expect(response?.headerFields == [.contentRange: "bytes */10"])
    #expect(response?.body.length == 0)
  }

  @Test func headHasNoRanges() throws {
    let site = try Site(["a.txt": "0123456789"])
    let files = StaticFiles(["/": .directory(site.root)])
    for value in ["bytes=0-1", "bytes=99-"] {
      let response = try files.answer("/a.txt", method: .head, [.range: value])
      #expect(response?.status == .ok)
      #expect(response?.body.length == 10)
    }
  }
}
