// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import FuzzingSupport

/// Reads mutations of payloads with the decoders of `EngineIO` and holds them against simple ones,
/// against the encoders and against their limits.
@main
struct PayloadFuzzer: ParsableCommand {
  @OptionGroup var fuzzing: FuzzingRun

  private static let seeds =
    [
      "4hello", "4hello\u{1e}bAQIDBA==\u{1e}3", "2probe", "3probe", "5", "6", "1", "b", "4",
      "6:4hello2:4€", "3:4🙂10:b4AQIDBA==", "0:1:2", "\u{0}\u{1}", "4ü🙂€", "4a\u{1e}\u{1e}4b",
      "bAQ==\u{1e}bAQI=\u{1e}bAQID",
      #"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#,
    ].map { Array($0.utf8) } + [
      [0, 4, 0xff, 0x34, 0xe2, 0x82, 0xac, 1, 5, 0xff, 4, 1, 2, 3, 4],
      [0, 1, 0xff, 0x32, 0, 1, 2, 0xff] + Array("4elevenbytes".utf8),
    ]

  /// Pieces that mean something to a decoder.
  private static let dictionary =
    [
      "\u{1e}", "\u{1e}\u{1e}", "0", "1", "2", "3", "4", "5", "6", "7", "b", "bAA==", "AAAA", "=",
      "==", "===", "/+", "-_", "AB==", "ABC=", "4a\u{1e}", "\u{1e}4", "probe", "é", "€", "🙂",
      "\u{301}",
      "1:4", "2:4a", "2:", "0:", ":", "5:b4AA", "10:", "9999999999:", "\u{FEFF}", "\r\n", "{", "}",
      "[", "]", "\"", "\\", "\\u0041", "\\ud83d\\ude42", "\\ud83d",
      ":",
      ",", "null", "true", "1e3", "-1", "9223372036854775807", "99999999999999999999", "\"sid\":",
      "\"upgrades\":[]", "\"pingInterval\":1", "\"pingTimeout\":1", "\"maxPayload\":0", "[[[[[[[[",
    ].map { Array($0.utf8) } + [
      [0xff], [0, 1, 0xff, 0x34], [1, 2, 0xff, 4, 0], [0, 1, 0, 0xff], [0, 0xff], [0xc0, 0x80],
      [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
    ]

  func run() throws {
    var mutator = fuzzing.makeMutator(dictionary: Self.dictionary, maximumLength: 400)
    if let input = fuzzing.input {
      let trial = Trial(try Corpus.decode(input), &mutator)
      print(trial.description)
      if trial.failure != nil { throw ExitCode.failure }
      return
    }
    try fuzzing(
      "PayloadFuzzer", corpus: "payloads", &mutator, known: Self.seeds, valid: Self.seeds
    ) { input, mutator in
      let trial = Trial(input, &mutator)
      return FuzzingRun.Verdict(
        trial.failure ?? trial.outcome, isFailure: trial.failure != nil,
        signature: trial.signature, isAccepted: trial.isAccepted)
    }
  }
}
