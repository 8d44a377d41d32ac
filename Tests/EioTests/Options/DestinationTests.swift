// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import Eio

struct DestinationTests {
  @Test(arguments: [
    ("http://localhost:5000", "http://localhost:5000", "/engine.io/"),
    ("localhost:5000", "http://localhost:5000", "/engine.io/"),
    (":5000", "http://localhost:5000", "/engine.io/"),
    ("wss://example.com/", "wss://example.com", "/engine.io/"),
    ("https://example.com/socket/", "https://example.com", "/socket/"),
    ("http://[::1]:5000/a/b?x=/1#part", "http://[::1]:5000?x=/1", "/a/b"),
    ("example.com?token=1", "http://example.com?token=1", "/engine.io/"),
  ])
  func takesWhatPeopleWrite(text: String, url: String, path: String) {
    let destination = Destination(text, path: nil)
    #expect(destination.url == url)
    #expect(destination.path == path)
  }

  @Test func aPathOfItsOwnWins() {
    let destination = Destination("localhost/socket/", path: "/other/")
    #expect(destination.url == "http://localhost")
    #expect(destination.path == "/other/")
  }

  @Test func neitherUserNorPasswordIsShown() {
    let destination = Destination("https://me:secret@example.com/e/?token=1", path: nil)
    #expect(destination.url == "https://me:secret@example.com?token=1")
    #expect(destination.description == "https://example.com/e/?token=1")
  }
}
