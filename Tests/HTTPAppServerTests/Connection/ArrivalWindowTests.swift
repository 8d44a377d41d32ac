// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import HTTPAppServer

@Suite struct ArrivalWindowTests {
  private var window = ArrivalWindow()

  private mutating func isTooSlow(at seconds: Int64, minimum: Int = 100) -> Bool {
    window.isTooSlow(
      .uptimeNanoseconds(0) + .seconds(seconds), length: .seconds(10), minimum: minimum)
  }

  @Test mutating func wantsTheMinimumInEveryWindow() {
    #expect(!isTooSlow(at: 0))
    window.received(60)
    #expect(!isTooSlow(at: 9))
    window.received(40)
    #expect(!isTooSlow(at: 10))
    window.received(99)
    #expect(!isTooSlow(at: 19))
    #expect(isTooSlow(at: 20))
  }

  @Test mutating func wantsAByteAtLeast() {
    #expect(!isTooSlow(at: 0, minimum: 0))
    window.received(1)
    #expect(!isTooSlow(at: 10, minimum: 0))
    #expect(isTooSlow(at: 20, minimum: 0))
  }

  @Test mutating func doesNotCountTimeInWhichNobodyWaits() {
    #expect(!isTooSlow(at: 0))
    window.pause()
    #expect(!isTooSlow(at: 100))
    #expect(!isTooSlow(at: 109))
    #expect(isTooSlow(at: 110))
  }
}
