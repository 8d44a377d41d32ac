// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import DevelopmentServer

struct RequestLineTests {
  private func line(
    _ target: String = "/a.css", status: HTTPResponse.Status = .ok, bytes: Int? = 1234,
    isAborted: Bool = false, isColoured: Bool = false
  ) -> String {
    let entry = AccessLogEntry(
      request: Request(target: target), status: status, bodyBytes: bytes,
      duration: .microseconds(2345), isAborted: isAborted)
    return RequestLine.text(entry, at: "14:02:11", Style(isColoured: isColoured))
  }

  @Test func itTellsWhatCounts() {
    #expect(line() == "14:02:11  200  GET /a.css  1.2 kB  2.3 ms")
    #expect(line(bytes: 0, isAborted: true) == "14:02:11  200  GET /a.css  2.3 ms  aborted")
    #expect(line(bytes: nil) == "14:02:11  200  GET /a.css  2.3 ms")
  }

  @Test(arguments: [
    (HTTPResponse.Status.ok, "32"), (.notModified, "36"), (.notFound, "33"), (.badGateway, "31"),
  ])
  func theStatusHasAColour(status: HTTPResponse.Status, colour: String) {
    #expect(
      line(status: status, isColoured: true).contains("\u{1b}[\(colour)m\(status.code)\u{1b}[0m"))
    #expect(!line(status: status).contains("\u{1b}"))
  }

  @Test func ordersToTheTerminalAreShownInstead() {
    let shown = line("/\u{1b}[2J\u{9b}\u{202e}ä\r\n")
    #expect(shown.contains("GET /\\u{1B}[2J\\u{009B}\\u{202E}ä\\r\\n"))
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9951, "10 kB"),
    (999_949, "999 kB"), (1_000_000, "1.0 MB"), (2_500_000_000, "2.5 GB"),
  ])
  func sizes(bytes: Int, text: String) {
    #expect(RequestLine.size(bytes) == text)
  }

  @Test(arguments: [
    (Duration.zero, "0.0 ms"), (.microseconds(9990), "9.9 ms"), (.milliseconds(10), "10 ms"),
    (.seconds(10), "10 s"), (.seconds(3600), "3600 s"),
  ])
  func durations(duration: Duration, text: String) {
    #expect(RequestLine.duration(duration) == text)
  }
}
