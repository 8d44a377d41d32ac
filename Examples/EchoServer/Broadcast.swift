// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import Foundation

/// Sends every session the time again and again, so that whoever measures sees how late it comes.
struct Broadcast: Sendable {
  let engine: EngineIOServer
  let interval: Duration

  /// Goes on until cancelled. A message is `b` and CLOCK_MONOTONIC in nanoseconds.
  func run() async throws {
    let clock = ContinuousClock()
    var next = clock.now
    while true {
      // What is late by a whole interval is left out, not made up for.
      next = max(next.advanced(by: interval), clock.now)
      try await clock.sleep(until: next)
      engine.broadcast(.text("b\(monotonicNanoseconds())"), toSlowClients: .skip)
    }
  }

  private func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
