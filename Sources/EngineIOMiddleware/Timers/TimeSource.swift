// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A clock with its type erased and its instants mapped to those of the continuous clock, which is
/// what session state machines count in.
struct TimeSource: Sendable {
  let now: @Sendable () -> ContinuousClock.Instant
  /// Returns at the deadline, or earlier when cancelled.
  let sleep: @Sendable (_ deadline: ContinuousClock.Instant) async -> Void

  private let origin: ContinuousClock.Instant

  init(_ clock: some Clock<Duration>) {
    let mapped = ContinuousClock.now
    self.origin = mapped
    if clock is ContinuousClock {
      now = { ContinuousClock.now }
      sleep = { try? await Task.sleep(until: $0, tolerance: .zero, clock: .continuous) }
    } else {
      let origin = clock.now
      now = { mapped.advanced(by: origin.duration(to: clock.now)) }
      sleep = { deadline in
        let target = origin.advanced(by: mapped.duration(to: deadline))
        try? await clock.sleep(until: target, tolerance: nil)
      }
    }
  }

  /// The end of the quarter of a second that `instant` is in.
  func roundUp(_ instant: ContinuousClock.Instant) -> ContinuousClock.Instant {
    let (seconds, attoseconds) = origin.duration(to: instant).components
    let quarter: Int64 = 250_000_000_000_000_000
    let quarters = (attoseconds + quarter - 1) / quarter
    return origin.advanced(by: .seconds(seconds) + .milliseconds(250 * quarters))
  }
}
