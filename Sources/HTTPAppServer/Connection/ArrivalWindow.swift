// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Tells when bytes that are waited for come too slowly: in every window of time that passes while
/// waiting, a minimum of them has to arrive.
struct ArrivalWindow {
  private var received = 0
  private var end: NIODeadline?

  mutating func received(_ count: Int) {
    received += count
  }

  /// Begins anew: nobody waits at the moment.
  mutating func pause() {
    end = nil
    received = 0
  }

  /// Whether a window has ended at `now` with fewer than `minimum` bytes, at least one.
  mutating func isTooSlow(_ now: NIODeadline, length: TimeAmount, minimum: Int) -> Bool {
    guard let end else {
      self.end = now + length
      received = 0
      return false
    }
    guard now >= end else { return false }
    defer {
      self.end = now + length
      received = 0
    }
    return received < max(minimum, 1)
  }
}
