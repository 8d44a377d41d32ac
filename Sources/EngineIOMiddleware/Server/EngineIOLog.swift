// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import HTTPTypes
import Logging
import Synchronization

/// Tells a logger what happens on a server. Session ids are shortened: whole ones are secrets.
final class EngineIOLog: Sendable {
  private let logger: Logger
  private let hasRefusedOrigin = Atomic(false)
  private let hasRefusedRequest = Atomic(false)

  init(_ logger: Logger) {
    self.logger = logger
  }

  func opened(_ session: EngineIOSession, for request: Request) {
    logger.debug(
      "session opened",
      metadata: [
        "session": "\(session.id)", "transport": "\(session.transport)",
        "peer": "\(request.connection.peerAddress.map(\.description) ?? "-")",
      ])
  }

  func upgraded(_ session: EngineIOSession) {
    logger.debug("session upgraded", metadata: ["session": "\(session.id)"])
  }

  func ended(_ session: EngineIOSession, _ reason: DisconnectReason) {
    logger.debug("session ended", metadata: ["session": "\(session.id)", "reason": "\(reason)"])
  }

  func failed(_ session: EngineIOSession, _ error: any Error) {
    logger.error(
      "a handler of a session failed",
      metadata: ["session": "\(session.id)", "error": "\(error)"])
  }

  func backgroundTaskFailed(_ error: any Error) {
    logger.error("a background task failed", metadata: ["error": "\(error)"])
  }

  /// Of what clients on the internet do wrong all the time only the first is noticeable: it may be
  /// the developer's own.
  func refused(_ request: Request, _ refusal: Refusal) {
    var metadata: Logger.Metadata = [
      "check": "\(refusal.context)", "answer": "\(refusal.code.status) \(refusal.code.message)",
      "peer": "\(request.connection.peerAddress.map(\.description) ?? "-")",
    ]
    if let cause = refusal.cause { metadata["cause"] = "\(cause)" }
    if refusal.context == .origin {
      metadata["origin"] = "\(request.headerValue(.origin)?.prefix(200) ?? "-")"
      metadata["host"] = "\(request.authority ?? "-")"
      if !hasRefusedOrigin.exchange(true, ordering: .relaxed) {
        logger.warning(
          """
          refused a page of another origin; if it is yours, see allowedOrigins, and behind a proxy \
          that ends TLS trustForwardedHeaders; others are logged as debug
          """, metadata: metadata)
        return
      }
    } else if !hasRefusedRequest.exchange(true, ordering: .relaxed) {
      logger.notice("refused a request; others are logged as debug", metadata: metadata)
      return
    }
    logger.debug("refused a request", metadata: metadata)
  }
}
