// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import HTTPApp
import HTTPAppTesting
import HTTPTypes
import Testing

@testable import StaticFiles

/// What went wrong in other servers of files, by the advisory that told so.
@Suite struct AdvisoryRows {
  private static let text = "0123456789"
  private static let file = Answer.file(text, Answer.plain)

  private static func range(_ value: String, _ answer: Answer) -> Row {
    Row("/static/a.txt", [.range: value], answer)
  }

  private static let advisories: KeyValuePairs<String, [Row]> = [
    "CVE-2023-29159: a prefix of strings is no prefix of paths": [
      Row("/static/../static-sibling/s.txt", .notFound),
      Row("/static/..%2fstatic-sibling/s.txt", .notFound), Row("/static-sibling/s.txt", .notFound),
    ],
    "CVE-2025-62727, CVE-2011-3192, CVE-2024-26141: many ranges": [
      range("bytes=" + Array(repeating: "0-", count: 1300).joined(separator: ","), file),
      range("bytes=" + (0..<2000).map { "\($0)-\($0)" }.joined(separator: ","), file),
      range("bytes=0-,1-,2-,3-,4-,5-,6-,7-,8-,9-", .part(0...9, of: text)),
    ],
    "CVE-2026-48818, CVE-2026-48710: other machines, other hosts": [
      Row("//etc/passwd", .notFound), Row("/static//etc/passwd", .notFound),
      Row("/%5c%5cserver%5cshare", .notFound),
      Row("/dir", [HTTPField.Name("x-forwarded-host")!: "evil"], .redirect("/dir/")),
    ],
    "whitenoise 4.1.3 and 6.12, tower-http 204: drives": [
      Row("/static/C:/windows/win.ini", .notFound), Row("/C:/windows/win.ini", .notFound),
      Row("/static/c%3a/x", .notFound), Row("/static/c:a.txt", .notFound),
    ],
    "CVE-2024-43799, CVE-2024-43800, CVE-2015-1164: scripts and other hosts in redirects": [
      Row("//evil.example/%2e%2e/dir", .redirect("/dir/")),
      Row("///evil.example/..//dir", .redirect("/dir/")),
      Row("/dir?%3Cscript%3E", .redirect("/dir/?%3Cscript%3E")),
      Row("/static/%3Cscript%3E", .redirect("/static/%3Cscript%3E/")),
    ],
    "CVE-2022-31005, CVE-2017-7529: ranges at the ends of integers": [
      range("bytes=0-9223372036854775807", .part(0...9, of: text)),
      range("bytes=0-18446744073709551616", .part(0...9, of: text)),
      range("bytes=-9223372036854775808", .part(0...9, of: text)),
      range("bytes=9223372036854775807-", .unsatisfiable(10)),
      range("bytes=18446744073709551616-", .unsatisfiable(10)),
      range("bytes=9223372036854775806-9223372036854775807,-1", .part(9...9, of: text)),
    ],
    "CVE-2014-6394, CVE-2015-8859, CVE-2020-15230, CVE-2021-41773: encoded dots": [
      Row("/static/%2e%2e/secret.txt", .notFound), Row("/static/.%2e/secret.txt", .notFound),
      Row("/static/%2E%2E%2Fsecret.txt", .notFound), Row("/%2e%2e/secret.txt", .notFound),
      Row("/static/..", .notFound), Row("/static/%2e%2e", .notFound), Row("/static/.", .notFound),
    ],
    "CVE-2021-42013: nothing is decoded twice": [
      Row("/static/%252e%252e/secret.txt", .notFound),
      Row("/static/%%32%65%%32%65/secret.txt", .notFound),
      Row("/static/%25%32%65%25%32%65/secret.txt", .notFound),
    ],
    "CVE-2024-21631: long paths": [
      Row("/static/" + String(repeating: "n", count: 300), .notFound),
      Row("/static/" + String(repeating: "n/", count: 5000), .notFound),
      Row("/static" + String(repeating: "/.", count: 5000) + "/a.txt", file),
    ],
    "CVE-2026-6414, CVE-2026-54286, GHSA-q5qw-h33p-qvwr, GHSA-qrp7-cvwr-j2c6: a slash that a "
      + "guard in front takes for a letter": [
        Row("/static%2fa.txt", .notFound), Row("/static/sub%2Fb.txt", .notFound),
        Row("/static/sub%5cb.txt", .notFound), Row("/static%5ca.txt", .notFound),
      ],
    "CVE-2024-23334, CVE-2024-42367: links, also of compressed siblings": [
      Row("/static/out", .notFound), Row("/static/outdir/secret.txt", .notFound),
      Row("/static/a.txt", [.acceptEncoding: "gzip, br"], file),
    ],
    "CVE-2013-4547, nginx's alias without a slash: names that only begin alike": [
      Row("/static../secret.txt", .notFound), Row("/static.", .notFound),
      Row("/static/a.txt%20", .notFound), Row("/static/a.txt%20%00.html", .notFound),
    ],
    "JLSEC-2026-612: separators of other systems inside of a segment": [
      Row("/static/..%5csecret.txt", .notFound),
      Row("/static/sub%5c..%5c..%5csecret.txt", .notFound),
      Row("/static/a.txt::$DATA", .notFound), Row("/static/a.txt%3a%3a$DATA", .notFound),
    ],
    "python-engineio before 4.15: parents in static_files": [
      Row("/static/../secret.txt", .notFound), Row("/static/sub/../../secret.txt", .notFound),
      Row("/static/sub/../a.txt", file),
    ],
    "Hummingbird, by its source: suffixes, ranges beyond the end, dots in a name": [
      range("bytes=-5", .part(5...9, of: text)), range("bytes=1000-", .unsatisfiable(10)),
      Row("/static/a..b.txt", .file("dots", Answer.plain)),
    ],
    "CVE-2026-28970: line ends in fields that are made from a request": [
      Row("/static%0d%0aset-cookie:%20a=b", .notFound), Row("/static/%0d%0a", .notFound),
      Row("/static/%0ax", .notFound), Row("/dir?%0d%0aa:b", .redirect("/dir/?%0d%0aa:b")),
    ],
    "a zero byte ends names for the system": [
      Row("/static/a.txt%00", .notFound), Row("/static/a.txt%00.html", .notFound),
      Row("/static/%00a.txt", .notFound), Row("/%00", .notFound),
    ],
  ]

  @Test(.timeLimit(.minutes(1)), arguments: TestMode.allCases)
  func areNotRepeated(mode: TestMode) async throws {
    let site = try Site(table: [
      "a.txt": Self.text, "sub/b.txt": "b", "a..b.txt": "dots", "<script>/index.html": "script",
      "../secret.txt": "secret", "../root-sibling/s.txt": "sibling", "../static-sibling/s.txt": "s",
    ])
    try site.link("out", to: "../secret.txt")
    try site.link("outdir", to: "..")
    try site.link("a.txt.gz", to: "../secret.txt")
    try site.link("a.txt.br", to: site.path("../secret.txt"))
    try site.write("home/index.html", "home")
    let files = StaticFiles([
      "/static": .directory(site.root), "/dir": .directory(site.path("home")),
    ])
    try await check(Self.advisories.flatMap(\.value), files, mode)
  }
}
