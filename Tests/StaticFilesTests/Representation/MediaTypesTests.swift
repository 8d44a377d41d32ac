// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import Testing

@testable import StaticFiles

@Suite struct MediaTypesTests {
  @Test(arguments: [
    // Those that the Python implementation knows.
    ("a.css", "text/css; charset=utf-8"), ("a.gif", "image/gif"),
    ("a.html", "text/html; charset=utf-8"), ("a.jpg", "image/jpeg"),
    ("a.js", "application/javascript; charset=utf-8"),
    ("a.json", "application/json; charset=utf-8"), ("a.png", "image/png"),
    ("a.txt", "text/plain; charset=utf-8"),
    // Those that a page needs besides.
    ("a.mjs", "application/javascript; charset=utf-8"), ("a.svg", "image/svg+xml; charset=utf-8"),
    ("a.wasm", "application/wasm"), ("a.webp", "image/webp"), ("a.avif", "image/avif"),
    ("a.ico", "image/vnd.microsoft.icon"), ("a.woff2", "font/woff2"), ("a.mp4", "video/mp4"),
    ("a.mp3", "audio/mpeg"), ("a.pdf", "application/pdf"), ("a.xml", "application/xml"),
    ("a.webmanifest", "application/manifest+json"), ("a.md", "text/markdown; charset=utf-8"),
    ("a.jpeg", "image/jpeg"), ("a.htm", "text/html; charset=utf-8"), ("a.zip", "application/zip"),

    ("A.JS", "application/javascript; charset=utf-8"), ("photo.JpG", "image/jpeg"),
    ("a.min.css", "text/css; charset=utf-8"), ("a.tar.gz", "application/gzip"),
    (".txt", "text/plain; charset=utf-8"),
    ("a", "application/octet-stream"), ("js", "application/octet-stream"),
    ("a.", "application/octet-stream"), ("a.js.unknown", "application/octet-stream"),
    ("a.js ", "application/octet-stream"), ("", "application/octet-stream"),
    ("\u{e4}.\u{212a}\u{df}", "application/octet-stream"),
  ])
  func followsTheExtension(name: String, type: String) {
    #expect(MediaTypes(.init()).type(ofFile: name) == type)
  }

  @Test func aRuleMayKnowBetter() throws {
    let site = try Site(["feed.xml": "<feed/>"])
    let files = StaticFiles([
      "/feed": .file(site.path("feed.xml"), contentType: "application/atom+xml"),
      "/plain": .file(site.path("feed.xml")),
    ])
    #expect(try files.answer("/feed")?.contentType == "application/atom+xml")
    #expect(try files.answer("/plain")?.contentType == "application/xml")
  }

  @Test func theTypeIsThatOfTheFileNotOfTheURL() throws {
    let site = try Site(["page.html": "page"])
    let files = StaticFiles(["/legacy.php": .file(site.path("page.html"))])
    #expect(try files.answer("/legacy.php")?.contentType == "text/html; charset=utf-8")
  }
}
