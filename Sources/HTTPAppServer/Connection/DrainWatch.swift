// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// Tells when a peer takes nothing any more of what was written for it.
struct DrainWatch {
  /// Bytes that were given to the channel so far.
  private(set) var written = 0
  private var taken = 0
  private var deadline: NIODeadline?

  mutating func wrote(_ count: Int) {
    written += count
  }

  /// Whether bytes may be left that the peer has not taken; false is certain.
  var mayBePending: Bool { taken < written }

  /// Whether at `now`, when `pending` bytes are left, none was taken for as long as `patience`.
  mutating func isStalled(_ now: NIODeadline, pending: Int, patience: TimeAmount) -> Bool {
    let taken = written - pending
    if pending > 0, taken == self.taken, let deadline { return now >= deadline }
    self.taken = taken
    deadline = pending > 0 ? now + patience : nil
    return false
  }
}
