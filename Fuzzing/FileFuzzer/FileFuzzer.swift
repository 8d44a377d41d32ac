// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import FuzzingSupport

/// Asks `StaticFiles` for mutations of paths, ranges and preconditions in a tree full of traps, and
/// holds every answer against the files themselves.
///
/// An input is a request: its method and target on the first line, a field on each other one.
@main
struct FileFuzzer: ParsableCommand {
  @OptionGroup var fuzzing: FuzzingRun

  private static let seeds = [
    "GET /a.txt", "HEAD /a.txt", "GET /sub", "GET /sub/?q=1", "GET /sub/b%2etxt", "POST /a.txt",
    "GET /s/../%2e%2e/outside.txt", "GET /out/x", "GET /in/b.txt", "GET /.env", "GET /dir/",
    "GET /a.txt\nRange: bytes=1-3", "GET /large.bin\nRange: bytes=5-,0-1",
    "GET /large.bin\nRange: bytes=0-9,-9,70000-70005,3-20", "GET /a.txt\nRange: bytes=99-",
    "GET /a.txt\nRange: bytes=0-18446744073709551616",
    "GET /c.js\nAccept-Encoding: gzip;q=0.5, br",
    "GET /c.js\nAccept-Encoding: gzip\nRange: bytes=-5",
    "GET /a.txt\nIf-None-Match: \"3ade68b1.7-b\", W/\"x\"", "GET /a.txt\nIf-Match: *",
    "GET /a.txt\nIf-Modified-Since: Thu, 19 Apr 2001 04:25:22 GMT",
    "GET /a.txt\nIf-Unmodified-Since: Thu, 19 Apr 2001 04:25:20 GMT",
    "GET /a.txt\nIf-Range: \"3ade68b1.7-b\"\nRange: bytes=2-4",
  ].map { Array($0.utf8) }

  /// Pieces that mean something to paths and to these fields.
  private static let dictionary = [
    "/", "//", "/.", "/..", "/../", "..", ".", "%2e", "%2E%2e", "%2f", "%5c", "\\", "%00", "%",
    "%zz",
    "%ff", "%c0%ae", "%0d%0a", "?", "#", ":", "C:", "\u{fc}", "%C3%BC", "/a.txt", "/sub", "/sub/",
    "/sub/b.txt", "/dir", "/dir/", "/in", "/out", "/out/", "/up", "/loop", "/.env", "/.git/config",
    "/.well-known/x", "/fifo", "/large.bin", "/c.js", "/c.js.gz", "/outside.txt", "/root-sibling/x",
    "/s", "/s/", "/one", "index.html", "GET ", "HEAD ", "POST ", "OPTIONS ", "\nRange: ", "bytes=",
    "0-", "-1", "0-0", "1-3", "5-", ",", ", ", "-", "99-", "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616", "70000-", "\nIf-Range: ", "\nIf-Match: ", "\nIf-None-Match: ", "*",
    "W/",
    "\"3ade68b1.7-b\"", "\"", "\"x\"", "\nIf-Modified-Since: ", "\nIf-Unmodified-Since: ",
    "Thu, 19 Apr 2001 04:25:21 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "\nAccept-Encoding: ", "gzip",
    "br", "zstd", "identity", ";q=0", ";q=0.5", ";q=1", "\nAccept: text/html",
  ].map { Array($0.utf8) }

  func run() throws {
    let tree = try Tree()
    defer { tree.remove() }
    let subjects = try Subjects(tree)
    if let input = fuzzing.input {
      let trial = Trial(try Corpus.decode(input), subjects)
      print(trial.failure ?? trial.outcome)
      if trial.failure != nil { throw ExitCode.failure }
      return
    }
    var mutator = fuzzing.makeMutator(dictionary: Self.dictionary, maximumLength: 600)
    try fuzzing("FileFuzzer", corpus: "files", &mutator, known: Self.seeds, valid: Self.seeds) {
      input, _ in
      let trial = Trial(input, subjects)
      return FuzzingRun.Verdict(
        trial.failure ?? trial.outcome, isFailure: trial.failure != nil, signature: trial.signature,
        isAccepted: trial.isAccepted)
    }
  }
}
