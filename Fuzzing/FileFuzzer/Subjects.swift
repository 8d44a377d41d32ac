// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import StaticFiles

/// The same rules served in ways that must not differ.
struct Subjects {
  let tree: Tree
  /// What the others are held against.
  let first: StaticFiles
  let others: [(name: String, files: StaticFiles)]

  init(_ tree: Tree) throws {
    self.tree = tree
    let rules: [String: StaticFiles.Rule] = [
      "/": .directory(tree.root), "/s": .init(tree.root + "/sub"),
      "/one": .file(tree.root + "/a.txt"), "/git": .file(tree.root + "/none"),
    ]
    let uncached = StaticFiles.Configuration(listsDirectories: true, revalidation: .zero)
    var cached = uncached
    cached.revalidation = .seconds(1)
    var small = cached
    small.memory = 30_000
    first = try StaticFiles(validating: rules, configuration: uncached)
    others = [
      ("cached", try StaticFiles(validating: rules, configuration: cached)),
      ("cached little", try StaticFiles(validating: rules, configuration: small)),
      (
        "walking",
        try StaticFiles(validating: rules, configuration: uncached, asksKernel: false)
      ),
    ]
  }
}

/// An answer with its body read.
struct ReadAnswer: Equatable {
  var status: Int
  var fields: HTTPFields
  var body = ByteBuffer()
  /// What the head says about the length.
  var length: Int?

  /// - Throws: what answering and reading throw.
  init(_ response: Response, for request: Request) throws {
    status = response.status.code
    fields = response.headerFields
    length = response.body.length
    guard request.method != .head else { return }
    switch response.body.kind {
    case .empty, .webSocket: break
    case .bytes(let bytes): body = bytes
    case .file(let file, let range): body = try file.read(range)
    case .stream(_, let write):
      let sink = CollectingSink()
      // It never suspends, so it is over when the task has begun.
      Task.immediate {
        var writer = ResponseWriter(sink: sink)
        try await write(&writer)
        sink.isComplete = true
      }
      guard sink.isComplete else { throw Incomplete() }
      body = sink.bytes
    }
  }

  struct Incomplete: Error {}

  /// The same but for the boundary, which is another one every time.
  func isSame(as other: ReadAnswer) -> Bool {
    guard boundary != nil, other.boundary != nil else { return self == other }
    var (one, another) = (self, other)
    one.fields[.contentType] = nil
    another.fields[.contentType] = nil
    return one.fields == another.fields && status == other.status
      && parts?.map(\.range) == other.parts?.map(\.range)
      && parts?.map(\.bytes) == other.parts?.map(\.bytes)
  }

  var boundary: String? {
    guard let type = fields[.contentType], type.hasPrefix("multipart/byteranges; boundary=") else {
      return nil
    }
    return String(type.dropFirst("multipart/byteranges; boundary=".count))
  }
}

extension ReadAnswer {
  /// A part of a file.
  struct Part {
    /// As Content-Range has it.
    let range: String
    let bytes: ByteBuffer
  }

  /// The parts of a 206; nil where the message is malformed.
  var parts: [Part]? {
    guard let boundary else {
      return fields[.contentRange].map { [Part(range: $0, bytes: body)] }
    }
    var rest = body
    var parts: [Part] = []
    guard rest.skip("--\(boundary)") else { return nil }
    while !rest.skip("--\r\n") {
      guard rest.skip("\r\ncontent-type: "), rest.readLine() != nil, rest.skip("content-range: "),
        let range = rest.readLine(), let bounds = Self.bounds(range), rest.skip("\r\n"),
        let bytes = rest.readSlice(length: bounds.count), rest.skip("\r\n--\(boundary)")
      else { return nil }
      parts.append(Part(range: range, bytes: bytes))
    }
    return rest.readableBytes == 0 ? parts : nil
  }

  /// Reads `bytes 1-2/10`.
  static func bounds(_ range: String) -> ClosedRange<Int>? {
    let numbers = range.dropFirst("bytes ".count).split { $0 == "-" || $0 == "/" }
      .compactMap { Int($0) }
    guard range.hasPrefix("bytes "), numbers.count == 3, numbers[0] <= numbers[1],
      numbers[1] < numbers[2]
    else { return nil }
    return numbers[0]...numbers[1]
  }
}

extension ByteBuffer {
  fileprivate mutating func skip(_ text: String) -> Bool {
    guard getString(at: readerIndex, length: text.utf8.count) == text else { return false }
    moveReaderIndex(forwardBy: text.utf8.count)
    return true
  }

  fileprivate mutating func readLine() -> String? {
    guard let end = readableBytesView.prefix(200).firstIndex(of: UInt8(ascii: "\r")) else {
      return nil
    }
    let line = readString(length: end - readerIndex)
    return skip("\r\n") ? line : nil
  }
}

/// `@unchecked Sendable`: used by one thread.
private final class CollectingSink: ResponseSink, @unchecked Sendable {
  var bytes = ByteBuffer()
  var isComplete = false

  func write(_ bytes: ByteBuffer) async throws(ResponseWriterError) {
    self.bytes.writeImmutableBuffer(bytes)
  }
}
