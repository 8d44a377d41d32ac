// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import NIOCore

extension HTTPConnection {
  /// Looks at the deadlines; called by the loop's clock.
  func tick(_ now: NIODeadline) {
    if phase == .closing { return tickClosing(now) }
    guard phase == .open else { return tickClosed(now) }
    if let sending, sending.file.isShorter(than: sending.end) {
      // The channel would try to send what is no longer there for ever.
      abort()
    } else if let webSocket {
      webSocket.tick(now, lastActivity: lastActivity)
    } else if isAnswering || !received.isEmpty {
      return
    } else if let headStarted {
      if now >= headStarted + TimeAmount(configuration.limits.headTimeout) {
        received.append(
          .malformed(.init(status: .requestTimeout, reason: "The request took too long to arrive."))
        )
        isParsingHeld = true
        wakeTask()
      }
    } else if now >= lastActivity + TimeAmount(configuration.limits.idleTimeout) {
      close()
    }
  }

  /// Has the connection end as soon as what it is doing is done.
  func beginShutdown() {
    if let webSocket {
      webSocket.close(.goingAway, reason: "")
    } else if !isAnswering, received.isEmpty {
      close()
    }
  }
}
