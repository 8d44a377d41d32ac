// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Dispatch

/// Runs `body` on another thread, and blocks this one until it is done.
func onAnotherThread(_ body: @escaping @Sendable () -> Void) {
  let done = DispatchSemaphore(value: 0)
  DispatchQueue.global().async {
    body()
    done.signal()
  }
  done.wait()
}
