// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPTypes
import Logging
import NIOCore
import Synchronization

extension EngineIOClient {
  struct State: Sendable {
    var machine: ClientStateMachine
    var endpoint: Endpoint
    /// What every request has.
    var headerFields: HTTPFields
    var cookies = CookieJar()
    /// How packets travel now, or did last.
    var transport = TransportKind.polling
    /// The messages that wait for the application, in order.
    var mailbox = CircularBuffer<EngineIOMessage>()
    /// Whether reading has stopped because too many wait.
    var isPaused = false
    var sockets: [(token: SocketToken, socket: any ClientSocket)] = []
    var tasks: [TaskKey: Task<Void, Never>] = [:]
    var timer: (fires: ContinuousClock.Instant, number: Int, task: Task<Void, Never>)?
    var lastTimer = 0
    var handlerTask: Task<Void, Never>?
    /// Waits for everything to end, and gives it back.
    var closer: Task<Void, Never>?

    var failure: EngineIOClientError?
    var disconnection: Disconnection?
    var opening: Waiter?
    var receivers = Waiters()
    var senders = Waiters()
    var enders = Waiters()
    var events: [Event] = []
    var isTellingEvents = false

    func socket(_ token: SocketToken) -> (any ClientSocket)? {
      sockets.first { $0.token == token }?.socket
    }
  }

  enum TaskKey: Hashable {
    case poll(PollToken)
    case post(PostToken)
    case socket(SocketToken)
  }

  /// What is to be done once the state is not locked any more.
  struct Later: Sendable {
    var waiters: [Waiter] = []
    /// What is cancelled may answer in the same stack.
    var cancelled: [Task<Void, Never>] = []
    var hasEvents = false

    mutating func resume(_ taken: [Waiter]) {
      if waiters.isEmpty { waiters = taken } else { waiters += taken }
    }
  }

  /// Changes the state, and does then what must not be done while it is locked.
  @discardableResult
  func update<Result: Sendable>(_ body: (inout State, inout Later) -> Result) -> Result {
    let (result, later) = state.withLock { state in
      var later = Later()
      let result = body(&state, &later)
      return (result, later)
    }
    for task in later.cancelled { task.cancel() }
    for waiter in later.waiters { waiter.resume() }
    if later.hasEvents { tellEvents() }
    return result
  }

  /// Tells of the events that wait, each after the one before it, whoever came upon them.
  private func tellEvents() {
    var isContinued = false
    while true {
      let events = state.withLock { state -> [Event] in
        if state.isTellingEvents && !isContinued { return [] }
        isContinued = true
        defer { state.events = [] }
        state.isTellingEvents = !state.events.isEmpty
        return state.events
      }
      if events.isEmpty { return }
      for event in events {
        configuration.logger?.debug("\(event)")
        handlers.onEvent?(self, event)
      }
    }
  }
}

// MARK: - What the machine asks for

extension EngineIOClient {
  /// Carries out what the machine says.
  func perform(_ actions: [ClientStateMachine.Action], _ state: inout State, _ later: inout Later) {
    for action in actions {
      switch action {
      case .poll(let token): beginPoll(token, &state)
      case .post(let token, let packets): beginPost(token, packets, &state)
      case .cancelPoll(let token): cancel(.poll(token), state, &later)
      case .cancelPost(let token): cancel(.post(token), state, &later)
      case .openSocket(let token): beginSocket(token, &state)
      case .send(let packets, let token):
        guard let socket = state.socket(token) else { continue }
        for packet in packets { socket.send(packet) }
      case .closeSocket(let token): state.socket(token)?.close()
      case .abortSocket(let token): cancel(.socket(token), state, &later)
      case .message(let message): deliver(message, &state, &later)
      case .attemptFailed(let error):
        forgetUpgrade(error, state)
        tell(.transportFailed(error), &state, &later)
      case .opened: opened(&state, &later)
      case .failed(let error): failed(error, &state, &later)
      case .heartbeat: tell(.heartbeat, &state, &later)
      case .upgraded:
        state.transport = .websocket
        if state.isPaused { for (_, socket) in state.sockets { socket.setReading(false) } }
        rememberUpgrade(state)
        tell(.upgraded, &state, &later)
      case .upgradeFailed(let error):
        forgetUpgrade(error, state)
        tell(.upgradeFailed(error), &state, &later)
      case .ended(let reason, let error):
        ended(Disconnection(reason: reason, error: error), &state, &later)
      }
    }
    if !state.senders.isEmpty, !state.machine.isAboveHighWaterMark {
      later.resume(state.senders.takeAll())
    }
    setTimer(&state)
  }

  private func cancel(_ key: TaskKey, _ state: State, _ later: inout Later) {
    if let task = state.tasks[key] { later.cancelled.append(task) }
  }

  private func tell(_ event: Event, _ state: inout State, _ later: inout Later) {
    guard handlers.onEvent != nil || configuration.logger != nil else { return }
    state.events.append(event)
    later.hasEvents = true
  }

  private func opened(_ state: inout State, _ later: inout Later) {
    state.transport = state.machine.transport ?? .polling
    if state.transport == .websocket { rememberUpgrade(state) }
    if let opening = state.opening.take() { later.waiters.append(opening) }
    tell(.connected(state.transport), &state, &later)
    if handlers.needTask { state.handlerTask = Task { await runHandlers() } }
  }

  private func failed(
    _ error: EngineIOClientError, _ state: inout State, _ later: inout Later
  ) {
    forgetUpgrade(error, state)
    state.failure = error
    if let opening = state.opening.take() { later.waiters.append(opening) }
    close(&state, &later)
  }

  private func ended(
    _ disconnection: Disconnection, _ state: inout State, _ later: inout Later
  ) {
    state.disconnection = disconnection
    tell(.disconnected(disconnection), &state, &later)
    later.resume(state.receivers.takeAll())
    later.resume(state.senders.takeAll())
    close(&state, &later)
  }

  /// Sees to it that everything ends and is given back.
  private func close(_ state: inout State, _ later: inout Later) {
    var tasks = Array(state.tasks.values)
    if let timer = state.timer.take() {
      timer.task.cancel()
      tasks.append(timer.task)
    }
    state.closer = Task { [network] in
      for task in tasks { await task.value }
      await network.shutDown()
    }
    later.resume(state.enders.takeAll())
  }

  private func rememberUpgrade(_ state: State) {
    if configuration.rememberUpgrade { UpgradeMemory.shared.insert(state.endpoint) }
  }

  private func forgetUpgrade(_ error: EngineIOClientError, _ state: State) {
    if configuration.rememberUpgrade, error.transport == .websocket {
      UpgradeMemory.shared.remove(state.endpoint)
    }
  }

  // MARK: Timer

  private func setTimer(_ state: inout State) {
    guard let deadline = state.machine.nextDeadline else { return }
    if let timer = state.timer {
      if timer.fires <= deadline { return }
      timer.task.cancel()
    }
    let fires = min(deadline, clock.now().advanced(by: clock.longestSleep))
    state.lastTimer &+= 1
    let number = state.lastTimer
    state.timer = (
      fires, number,
      Task {
        await clock.sleep(fires)
        timerFired(number)
      }
    )
  }

  private func timerFired(_ number: Int) {
    update { state, later in
      guard state.timer?.number == number else { return }
      state.timer = nil
      perform(state.machine.timerFired(now: clock.now()), &state, &later)
    }
  }
}
