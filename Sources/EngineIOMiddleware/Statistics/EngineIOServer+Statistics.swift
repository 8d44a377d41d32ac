// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Synchronization

extension EngineIOServer {
  /// What the server did since it was created. Sessions count for themselves, so this looks at each
  /// one that is open: a thing to ask for every few seconds, not for every message.
  public var statistics: EngineIOStatistics {
    var (statistics, sessions) = state.withLock { ($0.totals, Array($0.sessions.values)) }
    for session in sessions {
      let (traffic, transport) = session.state.withLock { state in
        (state.traffic, state.machine.isOpen ? state.machine.transport : nil)
      }
      statistics.add(traffic)
      if let transport { statistics.openSessions[transport, default: 0] += 1 }
    }
    return statistics
  }
}
