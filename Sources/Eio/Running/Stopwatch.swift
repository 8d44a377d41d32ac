// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The times of one connection after the other.
struct Stopwatch: Sendable {
  private var begin: ContinuousClock.Instant
  private var opening: ContinuousClock.Instant?
  private var lastPing: ContinuousClock.Instant?

  /// Begins with a connection.
  init(at now: ContinuousClock.Instant) {
    begin = now
  }

  /// Begins anew, with a connection that is made at a time to come.
  mutating func restart(at instant: ContinuousClock.Instant) {
    self = Stopwatch(at: instant)
  }

  /// Notes that the session is open.
  ///
  /// - Returns: how long that took; `nil` if it was noted before.
  mutating func open(at now: ContinuousClock.Instant) -> Duration? {
    guard opening == nil else { return nil }
    opening = now
    return begin.duration(to: now)
  }

  /// The time since the session was opened.
  func sinceOpening(at now: ContinuousClock.Instant) -> Duration {
    (opening ?? now).duration(to: now)
  }

  /// Notes a ping.
  ///
  /// - Returns: the time since the ping before, or since the session was opened.
  mutating func ping(at now: ContinuousClock.Instant) -> Duration {
    defer { lastPing = now }
    return (lastPing ?? opening ?? now).duration(to: now)
  }
}
