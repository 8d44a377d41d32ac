// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import Foundation
import HTTPAppTesting
import Testing

@testable import EngineIOClient

/// Connecting and disconnecting again and again, in a process of its own. `CONNECTIONS=10000` in the
/// environment does it more often.
@Suite(.timeLimit(.minutes(30))) struct LeakTests {
  @Test func nothingIsLeft() async {
    await #expect(processExitsWith: .success) {
      let count = Int(ProcessInfo.processInfo.environment["CONNECTIONS"] ?? "") ?? 300
      try await ServerTests.echo().test(.live) { test in
        let url = try #require(test.origin)
        try await Self.connect(url, 60)
        let descriptors = Self.descriptors()
        let memory = Self.memory()
        try await Self.connect(url, count)
        // The server's ends of the last connections may still be closing.
        for _ in 0..<100_000 where Self.descriptors() > descriptors { await Task.yield() }
        let growth = Self.memory() - memory
        print("descriptors \(descriptors) → \(Self.descriptors()), memory +\(growth / 1024) KiB")
        #expect(Self.descriptors() <= descriptors)
        #expect(growth < 8 << 20)
      }
    }
  }

  private static func connect(_ url: String, _ count: Int) async throws {
    for number in 0..<count {
      let transports = ServerTests.transports[number % ServerTests.transports.count]
      let client = try await EngineIOClient.connect(
        url, transports: transports, configuration: .patient)
      try await client.send("a")
      var messages = client.messages.makeAsyncIterator()
      #expect(try await messages.next() == .text("a"))
      if number % 2 == 0 { await client.disconnect() } else { await client.abort() }
    }
  }

  private static func descriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? 0
  }

  /// The memory that is in use, in bytes.
  private static func memory() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
  }
}
