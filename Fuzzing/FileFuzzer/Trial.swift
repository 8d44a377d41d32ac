// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import StaticFiles

/// One request, asked of every subject.
struct Trial {
  /// What is wrong, if anything is.
  private(set) var failure: String?
  /// What the answer is, for the tally.
  private(set) var outcome = "no request"
  /// What was remarkable about it, for the corpus.
  private(set) var signature = "-"
  private(set) var isAccepted = false
  private let tree: Tree

  init(_ input: [UInt8], _ subjects: Subjects) {
    tree = subjects.tree
    guard let request = Self.request(input) else { return }
    do {
      guard let answer = try subjects.first.response(for: request) else {
        outcome = "passed on"
        signature = "passed on"
        for (name, files) in subjects.others {
          expect(try files.response(for: request) == nil, "\(name): has an answer")
        }
        return
      }
      let read = try ReadAnswer(answer, for: request)
      check(read, request)
      for (name, files) in subjects.others {
        // Cold or warm, once more from memory.
        for _ in 0..<2 {
          guard let other = try files.response(for: request) else {
            expect(false, "\(name): has no answer")
            continue
          }
          expect(try ReadAnswer(other, for: request).isSame(as: read), "\(name): another answer")
        }
      }
    } catch {
      expect(false, "throws \(error)")
    }
  }

  private static func request(_ input: [UInt8]) -> Request? {
    var lines = input.split(separator: 0x0a, omittingEmptySubsequences: false)[...]
    guard let line = lines.popFirst(), let space = line.firstIndex(of: 0x20),
      let method = HTTPRequest.Method(String(decoding: line[..<space], as: UTF8.self))
    else { return nil }
    var fields = HTTPFields()
    for line in lines {
      guard let colon = line.firstIndex(of: 0x3a),
        let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
      else { continue }
      // As the server's parser has it: no control bytes, no white space around the value.
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      guard HTTPField.isValidValue(value) else { continue }
      fields.append(HTTPField(name: name, value: value))
    }
    return Request(
      method: method, target: String(decoding: line[(space + 1)...], as: UTF8.self),
      headerFields: fields)
  }

  private mutating func expect(_ condition: @autoclosure () throws -> Bool, _ text: String) {
    do {
      if try !condition(), failure == nil { failure = text }
    } catch {
      if failure == nil { failure = "throws \(error)" }
    }
  }

  private mutating func check(_ answer: ReadAnswer, _ request: Request) {
    isAccepted = true
    outcome = "\(answer.status)"
    let type = answer.boundary == nil ? answer.fields[.contentType] : "multipart"
    signature =
      "\(answer.status) \(type ?? "-") \(answer.fields[.contentEncoding] ?? "-")"
    expect(!Tree.hasSecret(answer.body), "leaves the directory")
    expect(
      request.method == .head || answer.length == answer.body.readableBytes || answer.status == 304,
      "says another length than it has")
    for field in answer.fields {
      expect(HTTPField.isValidValue(field.value), "has a field that cannot be sent")
    }
    switch answer.status {
    case 200: checkWhole(answer, request)
    case 206: checkParts(answer, request)
    case 301:
      let location = answer.fields[.location] ?? ""
      expect(location.hasPrefix("/") && !location.hasPrefix("//"), "redirects elsewhere")
      expect(location.split(separator: "?")[0].hasSuffix("/"), "redirects without need")
    case 304: checkNotModified(answer, request)
    case 412:
      expect(
        request.headerFields[.ifMatch] != nil || request.headerFields[.ifUnmodifiedSince] != nil,
        "fails a precondition that nobody made")
    case 416:
      expect(request.headerFields[.range] != nil, "cannot satisfy what nobody asked for")
      expect(answer.fields[.contentRange]?.hasPrefix("bytes */") == true, "does not tell the size")
    case 204, 405:
      expect(request.method != .get && request.method != .head, "refuses what is allowed")
      expect(answer.fields[.allow] == "GET, HEAD, OPTIONS", "does not tell what is allowed")
    default: expect(false, "answers \(answer.status)")
    }
  }

  /// The content of the file that an answer is from.
  private func content(_ answer: ReadAnswer) -> ByteBuffer? {
    guard let tag = answer.fields[.eTag], tag.hasPrefix("\"3ade68b1.7-") else { return nil }
    return Int(tag.dropFirst("\"3ade68b1.7-".count).prefix { $0.isHexDigit }, radix: 16)
      .flatMap { tree.contents[$0] }
  }

  private mutating func checkWhole(_ answer: ReadAnswer, _ request: Request) {
    guard answer.fields[.eTag] != nil else {
      signature += " listing"
      expect(answer.fields[.contentType] == "text/html; charset=utf-8", "is no listing")
      expect(!String(buffer: answer.body).contains(".env"), "lists what is hidden")
      return
    }
    guard let content = content(answer) else { return expect(false, "is from no file") }
    expect(answer.length == content.readableBytes, "has not the length of the file")
    expect(request.method == .head || answer.body == content, "is not the file")
  }

  private mutating func checkParts(_ answer: ReadAnswer, _ request: Request) {
    expect(request.headerFields[.range] != nil, "is a part that nobody asked for")
    guard let content = content(answer) else { return expect(false, "is from no file") }
    guard let parts = answer.parts else { return expect(false, "is no proper partial answer") }
    for part in parts {
      guard let bounds = ReadAnswer.bounds(part.range),
        part.range.hasSuffix("/\(content.readableBytes)")
      else { return expect(false, "is of no possible range") }
      expect(
        part.bytes == content.getSlice(at: bounds.lowerBound, length: bounds.count),
        "is not that slice of the file")
    }
    signature += " \(min(parts.count, 4)) parts"
    expect((answer.boundary == nil) == (parts.count == 1) && parts.count <= 16, "has such parts")
    expect(
      parts.reduce(0) { $0 + $1.bytes.readableBytes } <= content.readableBytes,
      "has more bytes than the file")
  }

  private mutating func checkNotModified(_ answer: ReadAnswer, _ request: Request) {
    let fields = request.headerFields
    guard content(answer) != nil, let tag = answer.fields[.eTag] else {
      return expect(false, "is from no file")
    }
    if let list = fields[.ifNoneMatch] {
      expect(list == "*" || list.contains(tag), "has not changed, but nobody knows it")
    } else {
      expect(fields[.ifModifiedSince] != nil, "has not changed, but nobody asked")
    }
    expect(answer.length == 0, "has a body")
  }
}
