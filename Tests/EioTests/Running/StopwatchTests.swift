// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Testing

@testable import Eio

struct StopwatchTests {
  @Test func timesAreThoseBetweenEvents() {
    let begin = ContinuousClock.now
    var watch = Stopwatch(at: begin)
    #expect(watch.open(at: begin + .milliseconds(20)) == .milliseconds(20))
    #expect(watch.open(at: begin + .milliseconds(25)) == nil)
    #expect(watch.sinceOpening(at: begin + .milliseconds(50)) == .milliseconds(30))
    #expect(watch.ping(at: begin + .milliseconds(320)) == .milliseconds(300))
    #expect(watch.ping(at: begin + .milliseconds(625)) == .milliseconds(305))

    watch.restart(at: begin + .seconds(2))
    #expect(watch.open(at: begin + .milliseconds(2010)) == .milliseconds(10))
  }
}
