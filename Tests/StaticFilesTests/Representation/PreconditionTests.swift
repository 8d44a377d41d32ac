// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

/// RFC 9110 section 13.
@Suite struct PreconditionTests {
  private let site: Site
  private let files: StaticFiles

  private static let tag = "\"2ebc98a1.5-a\""
  private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
  private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
  private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

  init() throws {
    site = try Site(["a.txt": "0123456789"])
    try site.touch("a.txt", seconds: 784_111_777, nanoseconds: 5)
    files = StaticFiles(["/": .directory(site.root)])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let fields: HTTPFields
    let status: Int

    init(_ fields: HTTPFields, _ status: Int) {
      self.fields = fields
      self.status = status
    }

    var testDescription: String {
      fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ") + " -> \(status)"
    }
  }

  static let cases = [
    Case([.ifNoneMatch: tag], 304),
    Case([.ifNoneMatch: "W/" + tag], 304),
    Case([.ifNoneMatch: "*"], 304),
    Case([.ifNoneMatch: "\"x\", " + tag], 304),
    Case([.ifNoneMatch: "\"x\"," + tag + ",\"y\""], 304),
    Case([.ifNoneMatch: "\"x\""], 200),
    Case([.ifNoneMatch: "\"2ebc98a1.5-a"], 200),
    Case([.ifNoneMatch: "2ebc98a1.5-a"], 200),
    Case([.ifNoneMatch: "\"X" + tag], 200),
    Case([.ifNoneMatch: ""], 200),

    Case([.ifModifiedSince: date], 304),
    Case([.ifModifiedSince: after], 304),
    Case([.ifModifiedSince: "Fri, 31 Dec 9999 23:59:59 GMT"], 304),
    Case([.ifModifiedSince: before], 200),
    Case([.ifModifiedSince: "Sunday, 06-Nov-94 08:49:37 GMT"], 304),
    Case([.ifModifiedSince: "Sun Nov  6 08:49:37 1994"], 304),
    Case([.ifModifiedSince: "yesterday"], 200),
    Case([.ifModifiedSince: "784111777"], 200),
    Case([.ifModifiedSince: ""], 200),

    // If-None-Match makes If-Modified-Since unheard, both ways.
    Case([.ifNoneMatch: "\"x\"", .ifModifiedSince: date], 200),
    Case([.ifNoneMatch: tag, .ifModifiedSince: before], 304),

    Case([.ifMatch: tag], 200),
    Case([.ifMatch: "*"], 200),
    Case([.ifMatch: "\"x\", " + tag], 200),
    Case([.ifMatch: "\"x\""], 412),
    Case([.ifMatch: "W/" + tag], 412),
    Case([.ifUnmodifiedSince: date], 200),
    Case([.ifUnmodifiedSince: after], 200),
    Case([.ifUnmodifiedSince: before], 412),
    Case([.ifUnmodifiedSince: "yesterday"], 200),

    // If-Match makes If-Unmodified-Since unheard; both come before the other two.
    Case([.ifMatch: tag, .ifUnmodifiedSince: before], 200),
    Case([.ifMatch: "\"x\"", .ifUnmodifiedSince: date], 412),
    Case([.ifMatch: "\"x\"", .ifNoneMatch: tag], 412),
    Case([.ifMatch: tag, .ifNoneMatch: tag], 304),
    Case([.ifUnmodifiedSince: before, .ifModifiedSince: date], 412),

    // Range comes last.
    Case([.ifNoneMatch: tag, .range: "bytes=0-1"], 304),
    Case([.ifMatch: "\"x\"", .range: "bytes=0-1"], 412),
    Case([.ifNoneMatch: "\"x\"", .range: "bytes=0-1"], 206),
    Case([.ifNoneMatch: tag, .range: "bytes=99-"], 304),

    Case([.ifRange: tag, .range: "bytes=0-1"], 206),
    Case([.ifRange: "W/" + tag, .range: "bytes=0-1"], 200),
    Case([.ifRange: "\"x\"", .range: "bytes=0-1"], 200),
    Case([.ifRange: tag + ", \"x\"", .range: "bytes=0-1"], 200),
    Case([.ifRange: "*", .range: "bytes=0-1"], 200),
    Case([.ifRange: date, .range: "bytes=0-1"], 206),
    Case([.ifRange: after, .range: "bytes=0-1"], 200),
    Case([.ifRange: before, .range: "bytes=0-1"], 200),
    Case([.ifRange: "\"x\"", .range: "bytes=99-"], 200),
    Case([.ifRange: tag], 200),
  ]

  @Test(arguments: cases) func decides(_ row: Case) throws {
    let response = try #require(try files.answer("/a.txt", row.fields))
    #expect(response.status.code == row.status)
    #expect(try response.text == ["200": "0123456789", "206": "01"]["\(row.status)", default: ""])
  }

  @Test func headHearsPreconditionsToo() throws {
    #expect(try files.answer("/a.txt", method: .head, [.ifNoneMatch: "*"])?.status == .notModified)
    #expect(
      try files.answer("/a.txt", method: .head, [.ifMatch: "\"x\""])?.status == .preconditionFailed)
  }

  @Test func notModifiedCarriesWhatCachesNeedAndNoMore() throws {
    let response = try #require(try files.answer("/a.txt", [.ifNoneMatch: "*"]))
    #expect(response.headerFields == [.eTag: Self.tag, .cacheControl: "no-cache"])
    if case .empty = response.body.kind {} else { Issue.record("304 has no body") }
  }

  @Test func linesOfAListAreOneList() throws {
    var fields: HTTPFields = [:]
    fields.append(HTTPField(name: .ifNoneMatch, value: "\"x\""))
    fields.append(HTTPField(name: .ifNoneMatch, value: Self.tag))
    #expect(try files.answer("/a.txt", fields)?.status == .notModified)
  }
}
