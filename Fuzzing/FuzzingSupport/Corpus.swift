// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation

/// Inputs that made what is fuzzed do something that no other one did: a file of one line each, where
/// a byte that does not print is `\xNN`, and CR and LF are `\r` and `\n`.
package struct Corpus {
  private let file: URL?
  package private(set) var inputs: [[UInt8]] = []
  /// Those that the subject does not refuse: the others seldom get further than they did.
  package private(set) var accepted: [[UInt8]] = []
  private var signatures: Set<String> = []
  package private(set) var added = 0

  /// - Parameter folder: nil for an empty corpus that is not kept.
  package init(folder: String?, name: String) throws {
    file = folder.map { URL(fileURLWithPath: $0).appendingPathComponent(name + ".txt") }
    guard let file, FileManager.default.fileExists(atPath: file.path) else { return }
    inputs = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try Self.decode($0) }
  }

  /// Keeps `input` if it is the first with this signature.
  package mutating func note(
    _ input: [UInt8], _ signature: String, isKnown: Bool, isAccepted: Bool
  ) {
    if isAccepted, isKnown || !signatures.contains(signature) { accepted.append(input) }
    guard signatures.insert(signature).inserted, !isKnown else { return }
    inputs.append(input)
    added += 1
  }

  package func save() throws {
    guard let file, added > 0 else { return }
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let lines = inputs.map { Self.encode($0) + "\n" }
    try lines.joined().write(to: file, atomically: true, encoding: .utf8)
  }

  package static func encode(_ input: [UInt8]) -> String {
    var text = ""
    for byte in input {
      switch byte {
      case UInt8(ascii: "\r"): text += "\\r"
      case UInt8(ascii: "\n"): text += "\\n"
      case UInt8(ascii: "\\"): text += "\\\\"
      case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }

  package struct MalformedLine: Error {
    let line: String
  }

  package static func decode(_ line: some StringProtocol) throws -> [UInt8] {
    var input: [UInt8] = []
    var rest = Array(line.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        input.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "r"): input.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "n"): input.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "\\"): input.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "x"):
        guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
          throw MalformedLine(line: String(line))
        }
        input.append(byte)
        rest = rest.dropFirst(2)
      default: throw MalformedLine(line: String(line))
      }
    }
    return input
  }
}
