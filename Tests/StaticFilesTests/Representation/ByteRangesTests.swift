// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

/// RFC 9110 section 14.
@Suite struct ByteRangesTests {
  typealias Requested = ByteRanges

  @Test(
    arguments: [
      ("bytes=0-0", .parts([0..<1])), ("bytes=0-9", .parts([0..<10])),
      ("bytes=9-9", .parts([9..<10])),
      ("bytes=2-5", .parts([2..<6])), ("bytes=5-5", .parts([5..<6])),
      ("bytes=0-", .parts([0..<10])),
      ("bytes=9-", .parts([9..<10])), ("bytes=3-10", .parts([3..<10])),
      ("bytes=3-99", .parts([3..<10])),
      ("BYTES=1-2", .parts([1..<3])), ("bytes=0001-0002", .parts([1..<3])),
      ("bytes=-1", .parts([9..<10])), ("bytes=-5", .parts([5..<10])),
      ("bytes=-10", .parts([0..<10])),
      ("bytes=-99", .parts([0..<10])),

      ("bytes=10-", .unsatisfiable), ("bytes=10-10", .unsatisfiable),
      ("bytes=99-100", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=-000", .unsatisfiable),

      ("bytes=0-9223372036854775806", .parts([0..<10])),
      ("bytes=0-9223372036854775807", .parts([0..<10])),
      ("bytes=0-9223372036854775808", .parts([0..<10])),
      ("bytes=0-18446744073709551615", .parts([0..<10])),
      ("bytes=0-18446744073709551616", .parts([0..<10])),
      ("bytes=1-99999999999999999999999999999999", .parts([1..<10])),
      ("bytes=-9223372036854775807", .parts([0..<10])),
      ("bytes=-9223372036854775808", .parts([0..<10])),
      ("bytes=-18446744073709551616", .parts([0..<10])),
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
      ("bytes=0 -1", .whole), ("bytes=0- 1", .whole), ("bytes:0-1", .whole),
      ("bytes=\u{0661}-\u{0662}", .whole), ("0-1", .whole), ("=0-1", .whole), ("items=0-1", .whole),
      ("bytess=0-1", .whole), ("bytes==0-1", .whole),
      ("bytes=0-1, bytes=3-4", .whole), ("bytes=0-1,x", .whole), ("bytes=0-1,5-4", .whole),
      ("bytes=,", .whole), ("bytes=, ,", .whole),

      ("bytes=0-1,3-4", .parts([0..<2, 3..<5])), ("bytes=0-1 , 3-4", .parts([0..<2, 3..<5])),
      ("bytes=0-1,", .parts([0..<2])), ("bytes=,0-1", .parts([0..<2])),
      ("bytes=,, 0-1 ,\t,-1", .parts([0..<2, 9..<10])),
      ("bytes=8-9,0-1", .parts([8..<10, 0..<2])), ("bytes=-2,0-1", .parts([8..<10, 0..<2])),
      // What overlaps or touches becomes one.
      ("bytes=0-3,2-5", .parts([0..<6])), ("bytes=0-1,2-3", .parts([0..<4])),
      ("bytes=0-0,9-9,4-4", .parts([0..<1, 9..<10, 4..<5])),
      ("bytes=0-1,8-9,1-8", .parts([0..<10])), ("bytes=8-9,0-1,1-8", .parts([0..<10])),
      ("bytes=4-5,0-1,8-9,2-3", .parts([0..<6, 8..<10])), ("bytes=0-,0-,0-", .parts([0..<10])),
      ("bytes=5-5,5-5", .parts([5..<6])),
      // What is beyond the end does not count, unless nothing else is there.
      ("bytes=99-,0-1", .parts([0..<2])), ("bytes=99-,-0", .unsatisfiable),
      ("bytes=10-,20-30,-0", .unsatisfiable),
    ] as [(String, Requested)])
  func ofTenBytes(value: String, expected: Requested) {
    #expect(ByteRanges(value, size: 10, maximum: 16) == expected)
  }

  @Test(
    arguments: [
      ("bytes=0-", .unsatisfiable), ("bytes=0-0", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=-5", .whole), ("bytes=5-4", .whole),
    ] as [(String, Requested)])
  func ofAnEmptyFile(value: String, expected: Requested) {
    #expect(ByteRanges(value, size: 0, maximum: 16) == expected)
  }

  @Test func ofTheLargestFile() {
    #expect(ByteRanges("bytes=0-", size: .max, maximum: 16) == .parts([0..<(.max)]))
    #expect(
      ByteRanges("bytes=5-99999999999999999999", size: .max, maximum: 16) == .parts([5..<(.max)]))
    #expect(
      ByteRanges("bytes=-99999999999999999999", size: .max, maximum: 16) == .parts([0..<(.max)]))
  }

  @Test func aFewRangesAreFineAndManyAreNot() {
    func list(_ count: Int) -> String {
      "bytes=" + (0..<count).map { "\(2 * $0)-\(2 * $0)" }.joined(separator: ",")
    }
    guard case .parts(let parts) = ByteRanges(list(16), size: 100, maximum: 16) else {
      Issue.record("16 ranges should be served")
      return
    }
    #expect(parts.count == 16)
    #expect(ByteRanges(list(17), size: 100, maximum: 16) == .whole)
    #expect(ByteRanges(list(20_000), size: .max, maximum: 16) == .whole)
    let same = "bytes=" + String(repeating: "0-,", count: 1000)
    #expect(ByteRanges(same, size: 100, maximum: 16) == .whole)
    #expect(
      ByteRanges("bytes=" + String(repeating: ",", count: 99_999), size: 9, maximum: 16) == .whole)
    #expect(ByteRanges("bytes=0-1", size: 9, maximum: 0) == .whole)
  }

  @Test func randomRangesStayInsideTheFileAndApart() {
    let pieces = [
      "-", ",", ",", ",", " ", "0-0", "1-3", "2-", "5-5", "9-9", "-1", "7-8", "0", "9", "99-",
      "18446744073709551615-", "x",
    ]
    var generator = SeededGenerator(seed: 2)
    var several = 0
    for _ in 0..<10_000 {
      let value = "bytes=" + generator.text(of: pieces, upTo: 12)
      for size in [0, 1, 10, .max] {
        guard case .parts(let parts) = ByteRanges(value, size: size, maximum: 16) else { continue }
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        let areApart = zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        let areInside = parts.allSatisfy {
          !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size
        }
        if parts.isEmpty || !areApart || !areInside {
          Issue.record("\(value) of \(size): \(parts)")
        }
        if parts.count > 1 { several += 1 }
      }
    }
    #expect(several > 100)
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
