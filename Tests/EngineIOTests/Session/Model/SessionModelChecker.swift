// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

@testable import EngineIO

/// Walks through all states that a model can get into, breadth first, so that the first failure has
/// the shortest way to it.
struct SessionModelChecker {
  private var seen: Set<UInt64> = []
  private var steps: [(from: Int, event: SessionModel.Event)] = []
  /// How often each event happened.
  private(set) var counts: [SessionModel.Event: Int] = [:]
  private(set) var reasons: Set<DisconnectReason> = []
  private(set) var failure: String?
  private(set) var depth = 0
  /// Whether every state that can be reached was.
  private(set) var isComplete = false
  var states: Int { seen.count }

  mutating func explore(_ start: SessionModel, depth limit: Int) {
    var frontier = [(model: start, step: -1)]
    seen.insert(start.key)
    while !frontier.isEmpty, depth < limit {
      depth += 1
      var next: [(model: SessionModel, step: Int)] = []
      for (model, step) in frontier {
        for event in SessionModel.Event.allCases {
          var after = model
          guard after.apply(event) else { continue }
          counts[event, default: 0] += 1
          after.checkState()
          if after.failure == nil && seen.insert(after.key).inserted {
            if let reason = after.machine.endReason { reasons.insert(reason) }
            after.failure = after.checkFuture()
            if after.failure == nil {
              steps.append((step, event))
              next.append((after, steps.count - 1))
              continue
            }
          }
          if let text = after.failure {
            failure = "\(path(to: step) + [event]): \(text)"
            return
          }
        }
      }
      frontier = next
    }
    isComplete = frontier.isEmpty
  }

  private func path(to step: Int) -> [SessionModel.Event] {
    var path: [SessionModel.Event] = []
    var step = step
    while step >= 0 {
      path.append(steps[step].event)
      step = steps[step].from
    }
    return path.reversed()
  }
}

extension SessionModel {
  /// Equal for states that differ only in the names of tokens, the numbers of messages and the
  /// time of day: what is to come of them is the same.
  var key: UInt64 {
    var key: UInt64 = 0
    func put(_ value: Int, bits: Int) {
      precondition(value >= 0 && value < 1 << bits, "the key has no room for \(value)")
      key = key << UInt64(bits) | UInt64(value)
    }
    func put(_ instant: ContinuousClock.Instant?) {
      let distance = instant.map { Int((now.duration(to: $0) / Self.unit).rounded()) } ?? -8
      put(min(max(distance, -8), 7) + 8, bits: 4)
    }
    switch machine.state {
    case .opening(let kind, let reason):
      put(kind == .polling ? 0 : 1, bits: 4)
      put(index(of: reason), bits: 4)
    case .open(.polling(let polling)):
      put(2, bits: 4)
      put(polling.probe == nil ? 0 : polling.probe?.isAccepted == false ? 1 : 2, bits: 4)
      put(polling.probe?.deadline)
    case .open(.awaitedSocket): put(3, bits: 4)
    case .open(.socket): put(4, bits: 4)
    case .closing(let leftover, let deadline):
      put(leftover == .queueAndClose ? 5 : leftover == .farewell ? 6 : 7, bits: 4)
      put(deadline)
    case .closed: put(8, bits: 4)
    }
    switch machine.heartbeat {
    case .stopped: put(0, bits: 2)
    case .pingDue(let instant):
      put(1, bits: 2)
      put(instant)
    case .pongDue(let instant):
      put(2, bits: 2)
      put(instant)
    case .clientPingDue(let instant):
      put(3, bits: 2)
      put(instant)
    }
    put(min(machine.queuedPackets, 7), bits: 3)
    for packet in machine.queue.packets.prefix(7) {
      put(packet == heartbeatPacket ? 0 : packet == .open("{}") ? 1 : 2, bits: 2)
    }
    put(machine.blockedReaders, bits: 2)
    put(index(of: machine.endReason), bits: 4)
    put(machine.post == nil ? 0 : 1, bits: 1)
    for flag in [isRejected, parked != nil, post != nil, active != nil, probe != nil] {
      put(flag ? 1 : 0, bits: 1)
    }
    put(ends, bits: 2)
    put(releases, bits: 2)
    return key
  }

  private func index(of reason: DisconnectReason?) -> Int {
    guard let reason else { return 15 }
    return DisconnectReason.allCases.firstIndex(of: reason) ?? 14
  }
}
