// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

package import ArgumentParser

/// What all fuzzers can be told, and the run that they have in common: the corpus, what is known, then
/// mutations of both until the time is over.
package struct FuzzingRun: ParsableArguments {
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
  package var input: String?

  package init() {}

  /// What came of one input.
  package struct Verdict {
    /// What the input is counted as.
    let outcome: String
    let isFailure: Bool
    /// What was remarkable: an input with a new one is worth keeping.
    let signature: String
    let isAccepted: Bool

    package init(_ outcome: String, isFailure: Bool, signature: String, isAccepted: Bool) {
      self.outcome = outcome
      self.isFailure = isFailure
      self.signature = signature
      self.isAccepted = isAccepted
    }
  }

  /// The mutations that `seed` gives.
  package func makeMutator(dictionary: [[UInt8]], maximumLength: Int) -> Mutator {
    Mutator(
      random: SplitMix64(seed: seed), dictionary: dictionary, maximumLength: maximumLength)
  }

  /// Judges inputs and prints what came of them.
  ///
  /// - Parameters:
  ///   - fuzzer: the program's name, to say how to look at a finding.
  ///   - name: that of the corpus.
  ///   - known: inputs to judge besides the corpus.
  ///   - valid: inputs of which everything one byte away is judged, too.
  /// - Throws: an exit code if an input failed, and what reading or writing the corpus throws.
  package func callAsFunction(
    _ fuzzer: String, corpus name: String, _ mutator: inout Mutator, known: [[UInt8]],
    valid: [[UInt8]], judge: ([UInt8], inout Mutator) -> Verdict
  ) throws {
    var corpus = try Corpus(folder: corpus, name: name)
    var tally: [String: Int] = [:]
    var findings: [String: [UInt8]] = [:]
    func check(_ input: [UInt8], isKnown: Bool) {
      let verdict = judge(input, &mutator)
      corpus.note(
        input, verdict.signature, isKnown: isKnown, isAccepted: verdict.isAccepted)
      if !verdict.isFailure {
        tally[verdict.outcome, default: 0] += 1
      } else if input.count < findings[verdict.outcome]?.count ?? .max {
        findings[verdict.outcome] = input
      }
    }

    for input in corpus.inputs { check(input, isKnown: true) }
    for input in known { check(input, isKnown: false) }
    for input in valid.flatMap(Mutator.neighbours(of:)) { check(input, isKnown: false) }
    let seeds = corpus.inputs.count
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    var made = 0
    while ContinuousClock.now < end, count == 0 || made < count {
      check(mutator.mutate(corpus), isKnown: false)
      made += 1
    }
    if keep { try corpus.save() }

    for (outcome, times) in tally.sorted(by: { $0.value > $1.value }) {
      print("\(times)\t\(outcome)")
    }
    print(
      "seed \(seed): \(made) mutations of \(seeds) inputs in \(ContinuousClock.now - start),",
      "\(corpus.added) new")
    for (what, input) in findings {
      print("\(what)\n  look: \(fuzzer) --input '\(Corpus.encode(input))'")
    }
    if !findings.isEmpty { throw ExitCode.failure }
  }
}
