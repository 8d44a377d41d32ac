// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// One request and its whole answer.
struct Row: Sendable {
  var method: HTTPRequest.Method
  var target: String
  var fields: HTTPFields
  var answer: Answer

  init(_ target: String, _ answer: Answer, method: HTTPRequest.Method = .get) {
    self.init(target, [:], answer, method: method)
  }

  init(
    _ target: String, _ fields: HTTPFields, _ answer: Answer, method: HTTPRequest.Method = .get
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.answer = answer
  }

  var name: String {
    "\(method) \(target) " + fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
  }
}

/// A status, all header fields but Date and Connection, and the body.
struct Answer: Sendable {
  var status: Int
  var fields: [String: String]
  var body: String

  init(_ status: Int, _ fields: [String: String], _ body: String = "") {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The same with other fields; nil takes one away.
  func with(_ changes: [String: String?]) -> Answer {
    var answer = self
    for (name, value) in changes { answer.fields[name] = value }
    return answer
  }

  /// As the answer to HEAD.
  var withoutBody: Answer { Answer(status, fields) }
}

extension Answer {
  static let html = "text/html; charset=utf-8"
  static let plain = "text/plain; charset=utf-8"
  static let script = "application/javascript; charset=utf-8"
  static let bytes = "application/octet-stream"

  /// The time that all files of the table were last modified at.
  static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
  static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
  static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

  /// The entity tag of a file of the table.
  static func tag(_ size: Int, _ coding: String? = nil) -> String {
    "\"2ebc98a1.5-" + String(size, radix: 16) + (coding.map { "-" + $0 } ?? "") + "\""
  }

  static func file(_ body: String, _ type: String) -> Answer {
    Answer(
      200,
      [
        "content-type": type, "content-length": "\(body.utf8.count)", "etag": tag(body.utf8.count),
        "last-modified": date, "cache-control": "no-cache", "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
      ], body)
  }

  /// A file that has compressed siblings, as it is or as one of those.
  static func varying(_ body: String, _ type: String, _ coding: String? = nil) -> Answer {
    file(body, type).with([
      "vary": "accept-encoding", "content-encoding": coding,
      "etag": tag(body.utf8.count, coding),
    ])
  }

  /// A range of a file.
  static func part(_ range: ClosedRange<Int>, of body: String, _ type: String = plain) -> Answer {
    let bytes = Array(body.utf8)[range]
    var answer = file(body, type).with([
      "content-length": "\(bytes.count)",
      "content-range": "bytes \(range.lowerBound)-\(range.upperBound)/\(body.utf8.count)",
    ])
    answer.status = 206
    answer.body = String(decoding: bytes, as: UTF8.self)
    return answer
  }

  static let notFound = Answer(
    404, ["content-type": "text/plain", "content-length": "9"], "Not Found")
  static let preconditionFailed = Answer(412, ["content-length": "0"])
  static let notAllowed = Answer(405, ["allow": "GET, HEAD, OPTIONS", "content-length": "0"])
  static let options = Answer(204, ["allow": "GET, HEAD, OPTIONS"])

  static func redirect(_ location: String) -> Answer {
    Answer(301, ["location": location, "cache-control": "no-cache", "content-length": "0"])
  }

  static func notModified(_ tag: String) -> Answer {
    Answer(304, ["etag": tag, "cache-control": "no-cache"])
  }

  static func unsatisfiable(_ size: Int) -> Answer {
    Answer(416, ["content-range": "bytes */\(size)", "content-length": "0"])
  }
}

/// Sends every row and compares the whole answers.
func check(_ rows: [Row], _ files: StaticFiles, _ mode: TestMode) async throws {
  try await files.application.test(mode) { client in
    for row in rows {
      let response = try await client.send(row.method, row.target, headerFields: row.fields)
      var fields: [String: String] = [:]
      for field in response.headerFields {
        #expect(fields[field.name.canonicalName] == nil, "\(row.name): \(field.name) twice")
        fields[field.name.canonicalName] = field.value
      }
      if mode == .live { #expect(fields["date"] != nil, "\(row.name)") }
      fields["date"] = nil
      fields["connection"] = nil
      #expect(response.status.code == row.answer.status, "\(row.name)")
      #expect(fields == row.answer.fields, "\(row.name)")
      #expect(response.text == row.answer.body, "\(row.name)")
    }
  }
}

extension Site {
  /// Gives every file the time of the table.
  func touchAll(_ names: some Sequence<String>) throws {
    for name in names { try touch(name, seconds: 784_111_777, nanoseconds: 5) }
  }

  /// A site whose files all have the time of the table.
  convenience init(table files: [String: String]) throws {
    try self.init(files)
    try touchAll(files.keys)
  }
}
