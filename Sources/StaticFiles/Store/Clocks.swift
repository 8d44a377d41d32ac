// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPCodec

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension HTTPDate {
  /// The present, by the system's clock.
  static var now: HTTPDate { HTTPDate(unixSeconds: Int64(time(nil))) }
}

/// Nanoseconds of a clock that never goes back, to some milliseconds: what is cheap to read.
@Sendable func coarseNanoseconds() -> Int64 {
  var time = timespec()
  #if os(Linux)
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
  #else
    clock_gettime(CLOCK_MONOTONIC, &time)
  #endif
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
