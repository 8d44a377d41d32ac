// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import HTTPAppServer

@Suite struct DrainWatchTests {
  private var watch = DrainWatch()

  private mutating func isStalled(at seconds: Int64, pending: Int) -> Bool {
    watch.isStalled(
      .uptimeNanoseconds(0) + .seconds(seconds), pending: pending, patience: .seconds(10))
  }

  @Test mutating func stallsWhenNothingIsTaken() {
    watch.wrote(100)
    #expect(!isStalled(at: 0, pending: 50))
    #expect(!isStalled(at: 9, pending: 50))
    #expect(isStalled(at: 10, pending: 50))
  }

  @Test mutating func writingMoreIsNoProgress() {
    watch.wrote(100)
    #expect(!isStalled(at: 0, pending: 50))
    watch.wrote(100)
    #expect(isStalled(at: 10, pending: 150))
  }

  @Test mutating func everyByteTakenIsProgress() {
    watch.wrote(100)
    #expect(!isStalled(at: 0, pending: 50))
    watch.wrote(10)
    #expect(!isStalled(at: 10, pending: 59))
    #expect(!isStalled(at: 19, pending: 59))
    #expect(isStalled(at: 20, pending: 59))
  }

  @Test mutating func knowsWhenNothingIsLeft() {
    #expect(!watch.mayBePending)
    watch.wrote(1)
    #expect(watch.mayBePending)
    #expect(!isStalled(at: 0, pending: 0))
    #expect(!watch.mayBePending)
    #expect(!isStalled(at: 100, pending: 0))
  }
}
