// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct ConsoleTests {
  @Test func whatWasSaidIsWrittenBeforeTheEnd() async throws {
    let events = Events()
    let console = Console(style: Style(isColoured: false)) { events.record($0) }
    try await console.run {
      for number in 1...100 { console.print("\(number)") }
      console.warn("careful")
    }
    #expect(events.all == (1...100).map { "\($0)" } + ["Warning: careful"])
  }

  @Test func anErrorIsThrownAfterWhatWasSaid() async throws {
    struct Failure: Error {}
    let events = Events()
    let console = Console(style: Style(isColoured: false)) { events.record($0) }
    await #expect(throws: Failure.self) {
      try await console.run {
        console.print("last words")
        throw Failure()
      }
    }
    #expect(events.all == ["last words"])
  }

  @Test func changesAreTold() async throws {
    let events = Events()
    let console = Console(style: Style(isColoured: false)) { events.record($0) }
    var some = ChangeSet()
    for name in ["a", "b", "c", "d", "e"] { some.add(.file(name, .modified)) }
    var unknown = ChangeSet()
    unknown.add(.unknown)
    try await console.run {
      console.print(report: .changed(some, pages: 1))
      console.print(report: .changed(unknown, pages: 2))
    }
    #expect(events.all[0].hasSuffix("  a, b, c and 2 more changed, told 1 page"))
    #expect(events.all[1].hasSuffix("  files changed, told 2 pages"))
  }

  @Test func whatLiveReloadAsksForIsNotWorthALine() async throws {
    let events = Events()
    let console = Console(style: Style(isColoured: false)) { events.record($0) }
    func entry(_ target: String) -> AccessLogEntry {
      AccessLogEntry(
        request: Request(target: target), status: .ok, bodyBytes: 0, duration: .zero,
        isAborted: false)
    }
    try await console.run {
      console.print(entry: entry("/__live/?EIO=4"))
      console.print(entry: entry("/a"))
    }
    #expect(events.all.count == 1)
  }
}
