// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import WebSocketCodec

extension WebSocketConnection {
  /// Sends a ping when the peer was silent, and gives up on one that does not answer.
  func tick(_ now: NIODeadline, lastActivity: NIODeadline) {
    guard let connection else { return }
    if let closeDeadline {
      if now >= closeDeadline { connection.abort() }
    } else if !wantsToRead || connection.drain.mayBePending {
      // A pong may be among what is not read, and the ping among what the peer has yet to take:
      // silence starts when both go on. A peer that takes nothing is the write timeout's.
      pingSent = nil
      connection.lastActivity = now
    } else if let pingSent {
      if now >= pingSent + TimeAmount(options.pingTimeout) { connection.abort() }
    } else if let interval = options.pingInterval, now >= lastActivity + TimeAmount(interval) {
      pingSent = now
      connection.prepareOut()
      machine.write(ping: ByteBuffer(), into: &connection.out)
    }
  }
}
