// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Foundation
import Testing

@testable import EngineIO

/// Every order of everything that can happen to a session, against what a session promises:
///
/// - what the application sends reaches the client in order and at most once, and all of it if the
///   session lives on and the client takes what comes, also across an upgrade and a close;
/// - what the client sends reaches the application while the session is open, and not after;
/// - exactly one end, exactly one release with or after it, and nothing after that;
/// - a parked poll is always answered, at once if an upgrade needs it; no WebSocket is left open;
/// - a heartbeat as long as the session is open, and a bound on what is left after it.
///
/// States that differ only in names and numbers are one, so there are finitely many, and all of them
/// are visited. `SESSION_MODEL_MESSAGES` is how many messages may be under way at once, and
/// `SESSION_MODEL_DEPTH`, if it is set, the largest number of events.
@Suite struct SessionModelTests {
  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  private func explore(
    _ kind: TransportKind, _ version: ProtocolVersion
  ) -> SessionModelChecker {
    var checker = SessionModelChecker()
    let messages = min(Self.setting("SESSION_MODEL_MESSAGES") ?? 3, 5)
    checker.explore(
      SessionModel(kind, version, maxUnderway: messages),
      depth: Self.setting("SESSION_MODEL_DEPTH") ?? .max)
    #expect(checker.failure == nil)
    return checker
  }

  @Test(arguments: ProtocolVersion.allCases)
  func everyInterleavingOfAPollingSession(version: ProtocolVersion) {
    let checker = explore(.polling, version)
    // The exploration went everywhere.
    #expect(checker.isComplete)
    #expect(checker.states > 4_000)
    for event in SessionModel.Event.allCases {
      #expect(checker.counts[event] != nil, "\(event) never happened")
    }
    #expect(
      checker.reasons == [
        .clientClose, .serverClose, .serverShutdown, .transportClose, .transportError, .pingTimeout,
        .parseError, .protocolViolation, .overlappingRequests, .sendBufferFull,
      ])
  }

  @Test(arguments: ProtocolVersion.allCases)
  func everyInterleavingOfAWebSocketSession(version: ProtocolVersion) {
    let checker = explore(.websocket, version)
    #expect(checker.isComplete)
    #expect(checker.states > 90)
  }
}
