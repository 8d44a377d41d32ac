// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import Synchronization

/// A run of the program: connects, and talks until one of the sides has enough.
final class Conversation: Sendable {
  struct State: Sendable {
    var stopwatch: Stopwatch
    /// The connection there is, if there is one.
    var client: EngineIOClient?
    var work: Task<EngineIOClient.Disconnection, any Error>?
    /// Why no further connection is wanted.
    var stop: Stop?
    var readsInput = false
    var sent = 0
    var received = 0
    var totalReceived = 0
    var isIncomplete = false
  }

  /// Why a run ends from this side.
  enum Stop: Equatable {
    case finished
    case signal(Int32)
  }

  let plan: Plan
  let printer: Printer
  let input: LineReader?
  let state = Mutex(State(stopwatch: Stopwatch(at: .now)))

  init(_ plan: Plan, printer: Printer, input: LineReader?) {
    self.plan = plan
    self.printer = printer
    self.input = input
  }

  /// Talks.
  func run() async -> ExitStatus {
    printer.print(.connecting(plan.destination, plan.transports))
    let work = Task { try await connect() }
    state.withLock { $0.work = work }
    let timer = plan.exitAfter.map { span in
      Task {
        try await Task.sleep(for: span)
        stop(.finished)
      }
    }
    defer { timer?.cancel() }
    return await status(work.result)
  }

  private func connect() async throws -> EngineIOClient.Disconnection {
    var policy = plan.policy
    let retriesAfterFailure = policy.retriesAfterFailure
    policy.retriesAfterFailure = { [self] error in
      guard !isStopping, retriesAfterFailure(error) else { return false }
      printer.print(.failed(error))
      return true
    }
    policy.retriesAfterEnd = { [self] _ in !isStopping }
    let handlers = EngineIOClient.Handlers(onEvent: { [self] in note($1, of: $0) })
    return try await EngineIOClient.withReconnection(
      plan.destination.url, headers: plan.headerFields, transports: plan.transports,
      configuration: plan.configuration, handlers: handlers, policy: policy,
      onRetry: { [self] attempt, delay in
        printer.print(.retrying(attempt: attempt, after: delay))
        state.withLock { $0.stopwatch.restart(at: .now.advanced(by: delay)) }
      },
      { [self] client in try await talk(client) })
  }

  private func status(_ result: Result<EngineIOClient.Disconnection, any Error>) -> ExitStatus {
    let state = state.withLock { $0 }
    var status: ExitStatus
    switch result {
    case .success(let end):
      status = ExitStatus(end)
    case .failure(let error as EngineIOClientError):
      status = ExitStatus(error)
      printer.print(.failed(error))
    case .failure:
      // The wait before the next attempt was cut short.
      status = .notConnected
    }
    if case .signal(let number) = state.stop { return .signal(number) }
    if status == .closed, state.isIncomplete || state.totalReceived < plan.count ?? 0 {
      status = .incomplete
    }
    return status
  }

  // MARK: A connection

  private func talk(_ client: EngineIOClient) async throws -> EngineIOClient.Disconnection {
    noteOpening(of: client, on: plan.transports[0])
    let (isStopping, beginsToRead) = state.withLock { state in
      state.client = client
      (state.sent, state.received) = (0, 0)
      defer { state.readsInput = true }
      return (state.stop != nil, !state.readsInput)
    }
    if isStopping {
      await client.disconnect()
    } else {
      for message in plan.greetings { await send(message, isTyped: false) }
      if beginsToRead, let input { Task { await read(input) } }
      await receive(client)
    }
    await client.wait()
    // The wait is cut short by cancelling.
    if client.disconnection == nil { await client.abort() }
    guard let end = client.disconnection else { throw CancellationError() }
    let (sent, received, time) = state.withLock { state in
      state.client = nil
      return (state.sent, state.received, state.stopwatch.sinceOpening(at: .now))
    }
    printer.print(.disconnected(end, sent: sent, received: received, after: time))
    return end
  }

  /// Tells of the messages, until there are no more or there were enough.
  private func receive(_ client: EngineIOClient) async {
    do throws(EngineIOClient.Disconnection) {
      for try await message in client.messages {
        printer.print(.received(message))
        let total = state.withLock { state in
          state.received += 1
          state.totalReceived += 1
          return state.totalReceived
        }
        if total == plan.count || printer.isBroken {
          stop(.finished)
          return
        }
      }
    } catch {
      // How it ended is told when all of it is over.
    }
  }

  private func send(_ message: EngineIOMessage, isTyped: Bool) async {
    guard let client = state.withLock(\.client) else { return fail("not connected") }
    do {
      try await client.send(message)
    } catch {
      return fail("\(error)")
    }
    state.withLock { $0.sent += 1 }
    printer.print(.sent(message, isTyped: isTyped))
  }

  private func fail(_ why: String) {
    state.withLock { $0.isIncomplete = true }
    printer.print(.notSent(why))
  }

  // MARK: Events

  private func note(_ event: EngineIOClient.Event, of client: EngineIOClient) {
    let now = ContinuousClock.now
    switch event {
    case .connected(let transport):
      noteOpening(of: client, on: transport)
    case .heartbeat:
      printer.print(.ping(after: state.withLock { $0.stopwatch.ping(at: now) }))
    case .upgraded:
      printer.print(.upgraded(after: state.withLock { $0.stopwatch.sinceOpening(at: now) }))
    case .upgradeFailed(let error):
      let time = state.withLock { $0.stopwatch.sinceOpening(at: now) }
      printer.print(.upgradeFailed(error, after: time))
    case .transportFailed(let error):
      printer.print(.failed(error))
    case .disconnected:
      break  // told after the last message
    }
  }

  /// Tells of the session, once: whoever connects may know of it before the event comes.
  private func noteOpening(of client: EngineIOClient, on transport: TransportKind) {
    guard let handshake = client.handshake,
      let time = state.withLock({ $0.stopwatch.open(at: .now) })
    else { return }
    printer.print(.connected(handshake, transport, after: time))
  }

  // MARK: Input

  private func read(_ input: LineReader) async {
    while let line = await input.next() {
      do throws(InputError) {
        switch try plan.inputFormat.command(line) {
        case .send(let message): await send(message, isTyped: plan.inputIsTyped)
        case .close: stop(.finished)
        case .abort:
          let client = state.withLock { state in
            state.stop = state.stop ?? .finished
            return state.client
          }
          await client?.abort()
        }
      } catch {
        fail(error.reason)
      }
    }
    if plan.closesAtEndOfInput { stop(.finished) }
  }

  // MARK: Ending

  private var isStopping: Bool { state.withLock { $0.stop != nil } }

  /// Disconnects, or gives up to connect; at a second signal without taking leave.
  func stop(_ stop: Stop) {
    let (client, work, before) = state.withLock { state in
      let before = state.stop
      if before == nil || stop != .finished { state.stop = stop }
      return (state.client, state.work, before)
    }
    guard let client else {
      work?.cancel()
      return
    }
    Task {
      if stop != .finished, let before, before != .finished {
        await client.abort()
      } else {
        await client.disconnect()
      }
    }
  }
}
