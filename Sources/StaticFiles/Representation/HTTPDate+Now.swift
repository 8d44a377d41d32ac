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
