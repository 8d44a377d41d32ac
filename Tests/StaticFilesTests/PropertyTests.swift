// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import NIOCore
import Testing

@testable import StaticFiles

/// What holds for every file and every request.
@Suite struct PropertyTests {
  private static func content(_ size: Int) -> ByteBuffer {
    ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 8) })
  }

  /// What a client makes of an answer: the ranges it got, and their bytes.
  private func parts(_ response: TestResponse) throws -> [(range: Range<Int>, bytes: ByteBuffer)] {
    let type = try #require(response.headerFields[.contentType])
    guard type.hasPrefix("multipart/byteranges; boundary=") else {
      return [(try range(try #require(response.headerFields[.contentRange])), response.body)]
    }
    let delimiter = "--\(type.dropFirst("multipart/byteranges; boundary=".count))"
    var parts: [(Range<Int>, ByteBuffer)] = []
    var rest = response.body
    let first = rest.readString(length: delimiter.utf8.count)
    try #require(first == delimiter)
    while rest.getString(at: rest.readerIndex, length: 2) == "\r\n" {
      let end = try #require(rest.readableBytesView.prefix(300).firstRange(of: "\r\n\r\n".utf8))
      let head = rest.readString(length: end.upperBound - rest.readerIndex) ?? ""
      let line = try #require(head.split(separator: "content-range: ").last)
      let range = try range(String(line))
      let bytes = rest.readSlice(length: range.count)
      parts.append((range, try #require(bytes)))
      let next = rest.readString(length: delimiter.utf8.count + 2)
      try #require(next == "\r\n" + delimiter)
    }
    #expect(String(buffer: rest) == "--\r\n")
    return parts
  }

  private func range(_ value: String) throws -> Range<Int> {
    let numbers = value.dropFirst("bytes ".count).split { "-/\r\n".contains($0) }
      .compactMap { Int($0) }
    try #require(numbers.count == 3 && numbers[0] <= numbers[1] && numbers[1] < numbers[2])
    return numbers[0]..<numbers[1] + 1
  }

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func rangesAreSlicesOfTheFile(mode: TestMode) async throws {
    let site = try Site()
    let sizes = [1, 2, 10, 1000, 65_536, 65_537, 150_000]
    let contents = sizes.map(Self.content)
    for content in contents {
      try site.write("\(content.readableBytes)", bytes: Array(buffer: content))
    }
    try site.touchAll(sizes.map { "\($0)" })
    let files = StaticFiles(["/": .directory(site.root)])
    try await files.application.test(mode) { client in
      var generator = SeededGenerator(seed: 3)
      var several = 0
      for round in 0..<(mode == .live ? 100 : 300) {
        let content = contents[round % contents.count]
        let size = content.readableBytes
        let wanted = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
          let first = Int.random(in: 0..<size, using: &generator)
          return first..<Int.random(in: first + 1...size, using: &generator)
        }
        let specs = wanted.map { range in
          switch Int.random(in: 0..<4, using: &generator) {
          case 0 where range.upperBound == size: "\(range.lowerBound)-"
          case 1 where range.upperBound == size: "-\(range.count)"
          case 2 where range.upperBound == size: "\(range.lowerBound)-\(size + 5)"
          default: "\(range.lowerBound)-\(range.upperBound - 1)"
          }
        }
        let value = "bytes=" + specs.joined(separator: ",")
        let response = try await client.get("/\(size)", headerFields: [.range: value])
        #expect(response.status == .partialContent, "\(value) of \(size)")
        let parts = try parts(response)
        if parts.count > 1 { several += 1 }
        for (range, bytes) in parts {
          let slice = content.getSlice(at: range.lowerBound, length: range.count)
          #expect(bytes == slice, "\(range) in \(value) of \(size)")
        }
        // All that was wanted, and no byte more or twice.
        #expect(
          Set(wanted.flatMap { [$0.lowerBound, $0.upperBound - 1] }).allSatisfy { place in
            parts.contains { $0.range.contains(place) }
          })
        let bytes = parts.reduce(0) { $0 + $1.range.count }
        var covered = IndexSet()
        for range in wanted { covered.insert(integersIn: range) }
        #expect(bytes == covered.count, "\(value) of \(size)")
      }
      #expect(several > 10)
    }
  }

  /// A client that keeps what it got, with its validators, is told 304 only while that is what
  /// the file has, gets a part only of what it knows, and 412 only when the file has changed.
  @Test func conditionalAnswersNeverLie() throws {
    let site = try Site()
    let files = StaticFiles(["/": .directory(site.root)], configuration: .development)
    var generator = SeededGenerator(seed: 4)
    var seconds = 784_111_777
    var current = ""
    var known: [(tag: String, date: String, content: String)] = []
    var outcomes: [Int: Int] = [:]
    for round in 0..<1000 {
      if round == 0 || Int.random(in: 0..<5, using: &generator) == 0 {
        // Contents come again, and some have the same size or the same time.
        current = String(
          repeating: "\(Int.random(in: 0..<3, using: &generator))",
          count: Int.random(in: 5...6, using: &generator))
        seconds += Int.random(in: 1...2, using: &generator)
        try site.write("a.txt", current)
        try site.touch(
          "a.txt", seconds: seconds, nanoseconds: Int.random(in: 0..<2, using: &generator))
      }
      var fields: HTTPFields = [:]
      let memory = known.randomElement(using: &generator)
      let kind = Int.random(in: 0..<6, using: &generator)
      if let memory {
        switch kind {
        case 0: fields[.ifNoneMatch] = memory.tag
        case 1: fields[.ifModifiedSince] = memory.date
        case 2: fields[.ifMatch] = memory.tag
        case 3: fields[.ifUnmodifiedSince] = memory.date
        case 4: (fields[.ifRange], fields[.range]) = (memory.tag, "bytes=2-3")
        default: break
        }
      }
      let response = try #require(try files.answer("/a.txt", fields))
      outcomes[response.status.code, default: 0] += 1
      switch (response.status, memory) {
      case (.notModified, let memory?): #expect(memory.content == current)
      case (.preconditionFailed, let memory?):
        let tag = try #require(try files.answer("/a.txt")?.headerFields[.eTag])
        #expect(memory.tag != tag)
      case (.partialContent, let memory?):
        #expect(memory.content == current)
        #expect(try response.text == current.dropFirst(2).prefix(2))
      default:
        #expect(response.status == .ok)
        #expect(try response.text == current)
        known.append(
          (
            try #require(response.headerFields[.eTag]),
            try #require(response.headerFields[.lastModified]), current
          ))
        if known.count > 5 { known.removeFirst() }
      }
    }
    for status in [200, 206, 304, 412] { #expect(outcomes[status, default: 0] > 20, "\(status)") }
  }
}
