// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A clock with its type erased and its instants mapped to those of the continuous clock, which is
/// what the state machine counts in.
struct ClientClock: Sendable {
  let now: @Sendable () -> ContinuousClock.Instant
  /// Returns at the deadline, or earlier when cancelled.
  let sleep: @Sendable (_ deadline: ContinuousClock.Instant) async -> Void
  /// The longest sleep. On Linux a sleeping task does not notice that the machine slept, too, though
  /// the clock does; so long sleeps are had in pieces, after each of which the clock is looked at.
  let longestSleep: Duration

  init(_ clock: some Clock<Duration>) {
    if clock is ContinuousClock {
      now = { ContinuousClock.now }
      sleep = { try? await Task.sleep(until: $0, clock: .continuous) }
      longestSleep = .seconds(5)
    } else {
      let mapped = ContinuousClock.now
      let origin = clock.now
      now = { mapped.advanced(by: origin.duration(to: clock.now)) }
      sleep = { deadline in
        let target = origin.advanced(by: mapped.duration(to: deadline))
        try? await clock.sleep(until: target, tolerance: nil)
      }
      longestSleep = .seconds(1 << 32)
    }
  }
}
