// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A clock with its type erased and its instants mapped to those of the continuous clock, which is
/// what session state machines count in.
struct TimeSource: Sendable {
  let now: @Sendable () -> ContinuousClock.Instant
  /// Returns at the deadline, or earlier when cancelled.
  let sleep: @Sendable (_ deadline: ContinuousClock.Instant) async -> Void

  init(_ clock: some Clock<Duration>) {
    if clock is ContinuousClock {
      now = { ContinuousClock.now }
      sleep = { try? await Task.sleep(until: $0, tolerance: .zero, clock: .continuous) }
    } else {
      let origin = clock.now
      let mapped = ContinuousClock.now
      now = { mapped.advanced(by: origin.duration(to: clock.now)) }
      sleep = { deadline in
        let target = origin.advanced(by: mapped.duration(to: deadline))
        try? await clock.sleep(until: target, tolerance: nil)
      }
    }
  }
}
