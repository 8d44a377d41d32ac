// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import Foundation
import FuzzingSupport
import KnownRequests

/// Holds `RequestParser` against SwiftNIO's decoder: on the corpus, on every request that the tests
/// know, on everything one byte away from the valid ones, and on mutations of them all. What differs must be allowed by a rule.
@main
struct RequestFuzzer: ParsableCommand {
  @Option(help: "How long to go on with mutations.")
  var seconds = 5.0

  @Option(help: "Stop after this many mutations; 0: when the time is over.")
  var count = 0

  @Option(help: "Where the mutations begin; the same seed and corpus give the same inputs.")
  var seed: UInt64 = 1

  @Option(help: "The folder of the corpus.")
  var corpus: String?

  @Flag(help: "Write inputs that did something new to the corpus.")
  var keep = false

  @Option(help: "Only this input, written as in the corpus.")
  var input: String?

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
    if let input {
      return try explain(Corpus.decode(input))
    }
    var corpus = try Corpus(folder: corpus, name: "requests")
    var mutator = Mutator(
      random: SplitMix64(seed: seed), dictionary: Self.dictionary, maximumLength: 1200)
    var tally: [String: Int] = [:]
    var findings: [String: [UInt8]] = [:]
    func check(_ input: [UInt8], isKnown: Bool) {
      let (comparison, signature, isAccepted) = compare(input, pieces: mutator.pieces(of: input))
      corpus.note(input, signature, isKnown: isKnown, isAccepted: isAccepted)
      switch comparison {
      case .agreement: tally["agree", default: 0] += 1
      case .allowed(let rule): tally[rule, default: 0] += 1
      case .difference(let what):
        if input.count < findings[what]?.count ?? .max { findings[what] = input }
      }
    }

    for input in corpus.inputs { check(input, isKnown: true) }
    let known =
      (Refusal.all + Refusal.byServer).map(\.request.bytes)
      + KnownRequests.valid.map { Array($0.0.utf8) }
    for input in known { check(input, isKnown: false) }
    for (text, _) in KnownRequests.valid {
      for input in Mutator.neighbours(of: Array(text.utf8)) { check(input, isKnown: false) }
    }
    let seeds = corpus.inputs.count
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    var made = 0
    while ContinuousClock.now < end, count == 0 || made < count {
      check(mutator.mutate(corpus), isKnown: false)
      made += 1
    }
    if keep { try corpus.save() }

    for (rule, times) in tally.sorted(by: { $0.value > $1.value }) { print("\(times)\t\(rule)") }
    print(
      "seed \(seed): \(made) mutations of \(seeds) inputs in \(ContinuousClock.now - start), \(corpus.added) new"
    )
    for (what, input) in findings {
      print("\(what)\n  look: RequestFuzzer --input '\(Corpus.encode(input))'")
    }
    if !findings.isEmpty { throw ExitCode.failure }
  }

  /// The verdict, and what was remarkable about the input.
  private func compare(
    _ input: [UInt8], pieces: [ArraySlice<UInt8>]
  ) -> (Comparison, signature: String, isAccepted: Bool) {
    let subject = Subject.read([input[...]])
    let oracle = Oracle.read(input)
    let inPieces = Subject.read(pieces)
    var signature = "\(subject.error ?? "-") \(oracle.error ?? "-")"
    if subject.error == nil, let last = subject.requests.last {
      signature +=
        " \(subject.requests.count > 1) \(last.isHTTP1_1) \(last.isComplete)"
        + " \(last.body.isEmpty) \(last.trailers.isEmpty) \(last.offersUpgrade)"
    }
    guard inPieces.requests == subject.requests, inPieces.error == subject.error else {
      return (.difference("depends on how the network cuts it"), signature, subject.error == nil)
    }
    return (Comparison(subject: subject, oracle: oracle), signature, subject.error == nil)
  }

  private func explain(_ input: [UInt8]) throws {
    print("subject: \(Subject.read([input[...]]))")
    print("oracle:  \(Oracle.read(input))")
    print(Comparison(subject: Subject.read([input[...]]), oracle: Oracle.read(input)))
  }
}
