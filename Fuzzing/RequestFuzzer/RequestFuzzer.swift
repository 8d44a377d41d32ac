// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import Foundation
import FuzzingSupport
import KnownRequests

/// Holds `RequestParser` against SwiftNIO's decoder: on the corpus, on every request that the tests
/// know, on everything one byte away from the valid ones, and on mutations of them all. What differs
/// must be allowed by a rule.
@main
struct RequestFuzzer: ParsableCommand {
  @OptionGroup var fuzzing: FuzzingRun

  /// Pieces that mean something to a parser.
  private static let dictionary = [
    "\r\n", "\r", "\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "=", "\"", "\\", "?", "#", "/", "%",
    "[", "]", "*", "@", "\u{0}", "\u{7F}", "0", "1", "5", "a", "f", "ffffffffffffffff",
    "9223372036854775807", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "GET ", "POST ", "HEAD ",
    "OPTIONS ", "CONNECT ", "http://a/", "https://a:80?", "Host: a\r\n", "Host: [::1]:8080\r\n",
    "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n",
    "Connection: upgrade\r\nUpgrade: websocket\r\n", "Expect: 100-continue\r\n",
    "Content-Type: a/b\r\n", "X: y\r\n", "X:\r\n", " folded\r\n", "chunked", "identity",
    "5\r\nhello\r\n", "5;a=b\r\nhello\r\n", "1;a=\"b\"\r\nx\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  ].map { Array($0.utf8) }

  func run() throws {
    if let input = fuzzing.input { return try explain(Corpus.decode(input)) }
    var mutator = fuzzing.makeMutator(dictionary: Self.dictionary, maximumLength: 1200)
    let valid = KnownRequests.valid.map { Array($0.0.utf8) }
    try fuzzing(
      "RequestFuzzer", corpus: "requests", &mutator,
      known: (Refusal.all + Refusal.byServer).map(\.request.bytes) + valid, valid: valid
    ) { input, mutator in
      judge(input, pieces: mutator.pieces(of: input))
    }
  }

  private func judge(_ input: [UInt8], pieces: [ArraySlice<UInt8>]) -> FuzzingRun.Verdict {
    let subject = Subject.read([input[...]])
    let oracle = Oracle.read(input)
    let inPieces = Subject.read(pieces)
    var signature = "\(subject.error ?? "-") \(oracle.error ?? "-")"
    if subject.error == nil, let last = subject.requests.last {
      signature +=
        " \(subject.requests.count > 1) \(last.isHTTP1_1) \(last.isComplete)"
        + " \(last.body.isEmpty) \(last.trailers.isEmpty) \(last.offersUpgrade)"
    }
    let comparison =
      inPieces.requests == subject.requests && inPieces.error == subject.error
      ? Comparison(subject: subject, oracle: oracle)
      : .difference("depends on how the network cuts it")
    let (outcome, isFailure) =
      switch comparison {
      case .agreement: ("agree", false)
      case .allowed(let rule): (rule, false)
      case .difference(let what): (what, true)
      }
    return FuzzingRun.Verdict(
      outcome, isFailure: isFailure, signature: signature, isAccepted: subject.error == nil)
  }

  private func explain(_ input: [UInt8]) throws {
    print("subject: \(Subject.read([input[...]]))")
    print("oracle:  \(Oracle.read(input))")
    print(Comparison(subject: Subject.read([input[...]]), oracle: Oracle.read(input)))
  }
}
