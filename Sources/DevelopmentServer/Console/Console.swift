// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What whoever started the server sees. Lines may come from event loops, so they are written by a
/// task of their own, which a terminal may hold up.
final class Console: Sendable {
  let style: Style
  private let write: @Sendable (String) -> Void
  private let lines: AsyncStream<String>
  private let waiting: AsyncStream<String>.Continuation

  /// Lines that wait to be written; the newest are left out above that.
  private static let mostWaiting = 10_000

  init(style: Style, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.write = write
    (lines, waiting) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostWaiting))
  }

  /// - Parameter isColoured: nil: where it is a terminal that shows colours, and `NO_COLOR` is not
  ///   set in the environment.
  static func standardOutput(isColoured: Bool?) -> Console {
    let isWanted = isColoured ?? (isatty(STDOUT_FILENO) == 1 && environmentWantsColour())
    return Console(style: Style(isColoured: isWanted)) { line in
      var bytes = Array((line + "\n").utf8)[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { system_write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { return }
        bytes = bytes.dropFirst(max(count, 0))
      }
    }
  }

  /// Writes lines while `body` runs, and those that are left after it.
  nonisolated(nonsending) func run(
    _ body: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [lines, write] in
        for await line in lines { write(line) }
      }
      let result: Result<Void, any Error>
      do {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
      waiting.finish()
      try await group.waitForAll()
      try result.get()
    }
  }

  func print(_ line: String) {
    waiting.yield(line)
  }

  func warn(_ problem: String) {
    print(style(.yellow, "Warning: ") + problem)
  }

  /// Passes on what the server logs.
  var logger: Logger {
    Logger(label: "serve") { [self] _ in ConsoleLogHandler(console: self) }
  }

  private static func environmentWantsColour() -> Bool {
    func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    // https://no-color.org: whatever it says, if it says anything.
    return value("NO_COLOR").isEmpty && value("TERM") != "dumb"
  }
}

/// `write` of the system, which the console's own hides.
private func system_write(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Writes the server's warnings and errors among the other lines.
private struct ConsoleLogHandler: LogHandler {
  let console: Console
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]

  init(console: Console) {
    self.console = console
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let details = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
    let name =
      event.level >= .error ? console.style(.red, "Error: ") : console.style(.yellow, "Warning: ")
    console.print(name + RequestLine.visible("\(event.message) \(details)"))
  }
}
