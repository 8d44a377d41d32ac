// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import Synchronization

/// An Engine.IO server, protocol version 4, and 3 on request: sessions over long polling and WebSocket.
///
/// It is an application for every path it is given; `EngineIOApp` gives it one path and others the
/// rest. It has sessions only while a host runs it, that is, within `withLifespan(_:)`; before and
/// after, handshakes are answered 503.
///
/// Handlers are registered before the host starts. Those of one session run one after the
/// other, unless `handlerConcurrency` says otherwise:
/// connect ends before the first message, disconnect comes once, after the last. A session without
/// handlers just lives.
public final class EngineIOServer: HTTPApplication {
  /// The server's settings.
  public let configuration: Configuration
  let sessionConfiguration: SessionStateMachine.Configuration
  let handshakeSettings: HandshakeSettings
  let time: TimeSource
  let timers = TimerQueue()
  let state = Mutex(State())
  let origins: OriginPolicy
  let log: EngineIOLog?

  struct State {
    var phase = Phase.idle
    var handlers = EngineIOHandlers()
    /// Every session until its id is released and its task has ended.
    var sessions: [SessionID: EngineIOSession] = [:]
    /// Those among them that have not ended.
    var openCount = 0
    /// Ids of an application's own whose sessions are being opened.
    var reservedIDs: Set<SessionID> = []
    /// What happened, but for what the sessions here still count themselves.
    var totals = EngineIOStatistics()
    /// The background tasks that every run begins with, and where others are added to this one.
    var backgroundTasks: [BackgroundTask] = []
    var addedTasks: AsyncStream<BackgroundTask>.Continuation?
    /// Waits for `sessions` to be empty.
    var drained: UnsafeContinuation<Void, Never>?
  }

  enum Phase {
    case idle, running, stopping
  }

  /// Creates a server.
  ///
  /// - Parameter clock: measures the heartbeat and every other time-out.
  public init(
    _ configuration: Configuration = Configuration(),
    clock: some Clock<Duration> = ContinuousClock()
  ) {
    if let tag = configuration.nodeTag { _ = SessionID.random(tag: tag) }
    if let problem = configuration.cookie?.problem { preconditionFailure("\(problem)") }
    if case .concurrent(let limit) = configuration.handlerConcurrency {
      precondition(limit > 0, "at least one handler of a session has to run")
    }
    self.configuration = configuration
    sessionConfiguration = configuration.session
    handshakeSettings = HandshakeSettings(configuration)
    time = TimeSource(clock)
    origins = OriginPolicy(configuration)
    log = configuration.logger.map(EngineIOLog.init)
  }

  /// All sessions that are open.
  public var sessions: [EngineIOSession] {
    state.withLock { Array($0.sessions.values) }.filter(\.isOpen)
  }

  /// The number of sessions that are open, without a look at any of them.
  public var sessionCount: Int { state.withLock(\.openCount) }

  /// Closes all sessions, each as `EngineIOSession.disconnect()` does; clients may connect again.
  public func disconnectAll() {
    for session in state.withLock({ Array($0.sessions.values) }) { session.disconnect() }
  }

  /// The open session of this id.
  public func session(id: SessionID) -> EngineIOSession? {
    guard let session = findSession(id), session.isOpen else { return nil }
    return session
  }

  func findSession(_ id: SessionID) -> EngineIOSession? {
    state.withLock { $0.sessions[id] }
  }

  /// The handlers, or `nil` while no handshake is possible.
  var runningHandlers: EngineIOHandlers? {
    state.withLock { $0.phase == .running ? $0.handlers : nil }
  }

  /// Makes a session known; false if the server stops.
  func insert(_ session: EngineIOSession) -> Bool {
    state.withLock {
      guard $0.phase == .running else { return false }
      $0.sessions[session.id] = session
      $0.openCount += 1
      $0.totals.sessionsOpened += 1
      return true
    }
  }

  /// Notes that a session has ended, once for each that was inserted.
  func noteEnd(_ reason: DisconnectReason) {
    state.withLock {
      $0.openCount -= 1
      $0.totals.sessionsEnded[reason, default: 0] += 1
    }
  }

  /// Forgets a session whose id is released and whose task has ended.
  func remove(_ session: EngineIOSession) {
    let traffic = session.state.withLock(\.traffic)
    let drained = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.totals.add(traffic)
      state.sessions[session.id] = nil
      return state.sessions.isEmpty ? state.drained.take() : nil
    }
    drained?.resume()
  }
}
