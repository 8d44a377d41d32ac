// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Testing

@testable import EngineIOMiddleware

@Suite struct TimeSourceTests {
  @Test func anyClockIsMapped() {
    let clock = ManualClock()
    let time = TimeSource(clock)
    let start = time.now()
    clock.jump(by: .seconds(45))
    #expect(start.duration(to: time.now()) == .seconds(45))
  }

  @Test(arguments: [
    (0, 0), (1, 250), (249, 250), (250, 250), (251, 500), (999, 1000), (1001, 1250),
  ])
  func roundingUp(milliseconds: Int, expected: Int) {
    let clock = ManualClock()
    let time = TimeSource(clock)
    let start = time.now()
    #expect(
      start.duration(to: time.roundUp(start + .milliseconds(milliseconds)))
        == .milliseconds(expected))
  }
}
