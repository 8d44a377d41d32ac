// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import Testing

/// What the README and the pages of docs/ show is what the compiler has seen.
struct SnippetTests {
  static let here = URL(filePath: #filePath).deletingLastPathComponent()

  @Test func everySnippetIsCompiled() throws {
    let shown = try Self.shownSnippets()
    let compiled = try Self.compiledSnippets()
    #expect(!shown.isEmpty)
    for (name, text) in shown {
      #expect(text == compiled[name], "the snippet \(name)")
    }
    #expect(Set(shown.keys) == Set(compiled.keys))
  }

  @Test func everySwiftBlockIsASnippet() throws {
    let blocks = try Self.pages().components(separatedBy: "```swift").count - 1
    #expect(blocks == (try Self.shownSnippets()).count)
  }

  private static func pages() throws -> String {
    let root = here.deletingLastPathComponent().deletingLastPathComponent()
    let docs = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: "docs"), includingPropertiesForKeys: nil)
    let pages = [root.appending(path: "README.md")] + docs.filter { $0.pathExtension == "md" }
    return try pages.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
  }

  /// The blocks behind `<!-- snippet: NAME -->`, without their imports.
  private static func shownSnippets() throws -> [String: String] {
    var snippets: [String: String] = [:]
    for part in try pages().components(separatedBy: "<!-- snippet: ").dropFirst() {
      let name = part.prefix { $0 != " " }
      let block = try #require(part.components(separatedBy: "```swift\n").dropFirst().first)
      let code = try #require(block.components(separatedBy: "```").first)
      let lines = code.components(separatedBy: "\n").filter { !$0.hasPrefix("import ") }
      #expect(snippets[String(name)] == nil, "two snippets are called \(name)")
      snippets[String(name)] = trimmed(lines)
    }
    return snippets
  }

  private static func compiledSnippets() throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(
      at: here, includingPropertiesForKeys: nil)
    let source = try files.filter { $0.lastPathComponent.hasPrefix("Snippets") }
      .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    var snippets: [String: String] = [:]
    for part in source.components(separatedBy: "  // snippet: ").dropFirst() {
      var lines = part.components(separatedBy: "\n")
      let name = lines.removeFirst()
      let end = try #require(
        lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == "// end" })
      snippets[name] = trimmed(Array(lines[..<end]))
    }
    return snippets
  }

  /// The lines without their common indentation and without blank ones around them.
  private static func trimmed(_ lines: [String]) -> String {
    let indentation =
      lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n")
      .trimmingCharacters(in: .newlines)
  }
}
