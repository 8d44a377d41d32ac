// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPCodec
import HTTPTypes
import Logging
import NIOCore

extension HTTPConnection {
  /// Looks at the deadlines; called by the loop's clock.
  func tick(_ now: NIODeadline) {
    if phase == .closing { return tickClosing(now) }
    guard phase == .open else { return tickClosed(now) }
    if let sending, sending.file.isShorter(than: sending.end) {
      // The channel would try to send what is no longer there for ever.
      abort()
    } else if isStalled(now) {
      configuration.logger.debug("the peer takes nothing any more")
      abort()
    } else if let webSocket {
      webSocket.tick(now, lastActivity: lastActivity)
    } else if let receivingBody {
      tick(receivingBody, now)
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

  /// Looks whether a body comes fast enough, while it is waited for.
  private func tick(_ body: IncomingBody, _ now: NIODeadline) {
    guard body.isAwaited, !isReadWithheld else { return arrival.pause() }
    let window = configuration.limits.bodyTimeout
    let minimum = configuration.limits.minimumBodyRate * Int(window.components.seconds)
    if arrival.isTooSlow(now, length: TimeAmount(window), minimum: minimum) {
      executor.run { giveUp(body, .timedOut) }
    }
  }

  /// Answers a connection that there is no room for, and ends it.
  func refuse(_ refusal: ConnectionQuota.Refusal) {
    switch refusal {
    case .full:
      answer(.serviceUnavailable, "The server has no room for another connection.")
    case .tooManyOfPeer:
      answer(.tooManyRequests, "There are too many connections from this address.")
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
