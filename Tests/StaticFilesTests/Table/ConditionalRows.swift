// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// Preconditions (RFC 9110 section 13) and ranges (section 14).
@Suite struct ConditionalRows {
  private let site: Site
  private let files: StaticFiles
  private static let text = "0123456789"
  private static let large = String(repeating: "0123456789abcdef", count: 10_000)
  private static let tag = Answer.tag(10)
  private static let (date, before, after) = (Answer.date, Answer.before, Answer.after)
  private static let file = Answer.file(text, Answer.plain)
  private static let unchanged = Answer.notModified(tag)

  init() throws {
    site = try Site(table: ["a.txt": Self.text, "large.txt": Self.large, "empty.txt": ""])
    files = StaticFiles(["/": .directory(site.root)])
  }

  private static func row(_ fields: HTTPFields, _ answer: Answer) -> Row {
    Row("/a.txt", fields, answer)
  }

  private static let validators = [
    row([.ifNoneMatch: tag], unchanged), row([.ifNoneMatch: "W/" + tag], unchanged),
    row([.ifNoneMatch: "*"], unchanged), row([.ifNoneMatch: "\"x\", " + tag], unchanged),
    row([.ifNoneMatch: "W/\"x\" , W/" + tag], unchanged), row([.ifNoneMatch: "\"x\""], file),
    row([.ifNoneMatch: "2ebc98a1.5-a"], file), row([.ifNoneMatch: "\"x" + tag], file),
    row([.ifNoneMatch: Answer.tag(10, "gzip")], file), row([.ifNoneMatch: "w/" + tag], file),
    row([.ifModifiedSince: date], unchanged), row([.ifModifiedSince: after], unchanged),
    row([.ifModifiedSince: "Fri, 31 Dec 9999 23:59:59 GMT"], unchanged),
    row([.ifModifiedSince: before], file),
    row([.ifModifiedSince: "Sunday, 06-Nov-94 08:49:37 GMT"], unchanged),
    row([.ifModifiedSince: "Sun Nov  6 08:49:37 1994"], unchanged),
    row([.ifModifiedSince: "yesterday"], file), row([.ifModifiedSince: "784111777"], file),
    row([.ifNoneMatch: "\"x\"", .ifModifiedSince: date], file),
    row([.ifNoneMatch: tag, .ifModifiedSince: before], unchanged),
    row([.ifMatch: tag], file), row([.ifMatch: "*"], file), row([.ifMatch: "\"x\", " + tag], file),
    row([.ifMatch: "\"x\""], .preconditionFailed), row([.ifMatch: "W/" + tag], .preconditionFailed),
    row([.ifUnmodifiedSince: date], file), row([.ifUnmodifiedSince: after], file),
    row([.ifUnmodifiedSince: before], .preconditionFailed),
    row([.ifUnmodifiedSince: "yesterday"], file),
    row([.ifMatch: tag, .ifUnmodifiedSince: before], file),
    row([.ifMatch: "\"x\"", .ifUnmodifiedSince: date], .preconditionFailed),
    row([.ifMatch: "\"x\"", .ifNoneMatch: tag], .preconditionFailed),
    row([.ifMatch: tag, .ifNoneMatch: tag], unchanged),
    row([.ifUnmodifiedSince: before, .ifModifiedSince: date], .preconditionFailed),
    row([.ifNoneMatch: tag, .range: "bytes=0-1"], unchanged),
    row([.ifNoneMatch: tag, .range: "bytes=99-"], unchanged),
    row([.ifMatch: "\"x\"", .range: "bytes=0-1"], .preconditionFailed),
    Row("/none", [.ifNoneMatch: "*"], .notFound), Row("/none", [.ifMatch: "*"], .notFound),
  ]

  private static func range(_ value: String, _ range: ClosedRange<Int>) -> Row {
    row([.range: value], .part(range, of: text))
  }

  private static let ranges =
    [
      range("bytes=0-0", 0...0), range("bytes=2-5", 2...5), range("bytes=0-9", 0...9),
      range("bytes=3-", 3...9), range("bytes=9-", 9...9), range("bytes=3-99", 3...9),
      range("bytes=-1", 9...9), range("bytes=-5", 5...9), range("bytes=-99", 0...9),
      range("BYTES=1-2", 1...2), range("bytes=5-5", 5...5), range("bytes=0-3,2-5", 0...5),
      range("bytes=0-1,2-3", 0...3), range("bytes=99-, 0-1", 0...1), range("bytes=0-1,", 0...1),
      range("bytes=0-9223372036854775807", 0...9), range("bytes=0-9223372036854775808", 0...9),
      range("bytes=1-18446744073709551616", 1...9), range("bytes=-9223372036854775808", 0...9),
      range("bytes=0-,0-,0-,0-", 0...9),
    ]
    + [
      "bytes=10-", "bytes=10-10", "bytes=99-100", "bytes=-0", "bytes=9223372036854775807-",
      "bytes=18446744073709551616-", "bytes=10-,11-,-0",
    ].map { row([.range: $0], .unsatisfiable(10)) }
    + [
      "bytes=5-4", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=1", "bytes=a-b", "bytes=+1-2",
      "bytes=0x1-2", "items=0-1", "0-1", "bytes=0-1;x", "bytes= 0-1",
      "bytes=" + Array(repeating: "0-0", count: 17).joined(separator: ","),
      "bytes=" + Array(repeating: "0-", count: 1000).joined(separator: ","),
    ].map { row([.range: $0], file) }
    + [
      row([.ifRange: tag, .range: "bytes=0-1"], .part(0...1, of: text)),
      row([.ifRange: date, .range: "bytes=0-1"], .part(0...1, of: text)),
      row([.ifRange: "W/" + tag, .range: "bytes=0-1"], file),
      row([.ifRange: "\"x\"", .range: "bytes=0-1"], file),
      row([.ifRange: "*", .range: "bytes=0-1"], file),
      row([.ifRange: after, .range: "bytes=0-1"], file),
      row([.ifRange: before, .range: "bytes=0-1"], file),
      row([.ifRange: "\"x\"", .range: "bytes=99-"], file), row([.ifRange: tag], file),
      row([.ifRange: tag, .ifNoneMatch: "\"x\"", .range: "bytes=8-"], .part(8...9, of: text)),
      Row("/empty.txt", [.range: "bytes=0-"], .unsatisfiable(0)),
      Row("/empty.txt", [.range: "bytes=-5"], .file("", Answer.plain)),
      Row("/large.txt", [.range: "bytes=-70000"], .part(90_000...159_999, of: large)),
      Row("/large.txt", [.range: "bytes=100-199"], .part(100...199, of: large)),
      Row("/large.txt", [.range: "bytes=0-"], .part(0...159_999, of: large)),
      Row("/large.txt", [.range: "bytes=160000-"], .unsatisfiable(160_000)),
    ]

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func preconditions(mode: TestMode) async throws {
    try await check(Self.validators, files, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func ranges(mode: TestMode) async throws {
    try await check(Self.ranges, files, mode)
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func severalRanges(mode: TestMode) async throws {
    let cases: [(path: String, range: String, content: String, parts: [ClosedRange<Int>])] = [
      ("/a.txt", "bytes=0-1,4-5", Self.text, [0...1, 4...5]),
      ("/a.txt", "bytes=8-, 0-1,3-3", Self.text, [8...9, 0...1, 3...3]),
      ("/a.txt", "bytes=-1,0-0,99-", Self.text, [9...9, 0...0]),
      ("/large.txt", "bytes=0-1,159990-", Self.large, [0...1, 159_990...159_999]),
      ("/large.txt", "bytes=0-69999,80000-159999", Self.large, [0...69_999, 80_000...159_999]),
    ]
    try await files.application.test(mode) { client in
      // Cold at first, then from memory.
      for (path, range, content, parts) in cases + cases {
        let response = try await client.get(path, headerFields: [.range: range])
        let type = try #require(response.headerFields[.contentType])
        let boundary = try #require(type.split(separator: "boundary=").last)
        #expect(type == "multipart/byteranges; boundary=\(boundary)")
        #expect(boundary.count >= 16 && boundary.count <= 70)
        let bytes = Array(content.utf8)
        var body = ""
        for part in parts {
          body += "\(body.isEmpty ? "" : "\r\n")--\(boundary)\r\ncontent-type: \(Answer.plain)\r\n"
          body +=
            "content-range: bytes \(part.lowerBound)-\(part.upperBound)/\(bytes.count)\r\n\r\n"
          body += String(decoding: bytes[part], as: UTF8.self)
        }
        body += "\r\n--\(boundary)--\r\n"
        #expect(response.status == .partialContent)
        #expect(response.text == body)
        #expect(response.headerFields[.contentLength] == "\(body.utf8.count)")
        #expect(response.headerFields[.contentRange] == nil)
        #expect(response.headerFields[.eTag] == Answer.tag(bytes.count))
      }
    }
  }
}
