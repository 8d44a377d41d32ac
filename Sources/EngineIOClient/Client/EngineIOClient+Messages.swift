// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
import Synchronization

extension EngineIOClient {
  /// The server's messages, in order; each is taken once, whoever iterates.
  ///
  /// The sequence ends when one of the two sides closed the connection and throws a `Disconnection`
  /// when it ended in another way, in both cases after the last message. It also ends when the
  /// iterating task is cancelled, which does not end the connection. With an `onMessage` handler it has
  /// no messages.
  public var messages: Messages { Messages(client: self) }

  /// The messages of a connection; see `EngineIOClient.messages`.
  public struct Messages: AsyncSequence, Sendable {
    /// A message.
    public typealias Element = EngineIOMessage
    /// How a connection ends other than by closing.
    public typealias Failure = Disconnection

    let client: EngineIOClient

    /// Starts to take messages.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(client: client) }

    /// Takes the messages of a connection one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
      let client: EngineIOClient

      /// The next message; `nil` after the connection was closed.
      public mutating func next(
        isolation actor: isolated (any Actor)? = #isolation
      ) async throws(Disconnection) -> EngineIOMessage? {
        guard client.handlers.onMessage == nil else {
          await client.waitForEnd()
          return try client.endOfMessages()
        }
        if let message = await client.nextMessage() { return message }
        return Task.isCancelled ? nil : try client.endOfMessages()
      }
    }
  }

  /// The next message; `nil` when there will be none, or the task is cancelled.
  nonisolated(nonsending) func nextMessage() async -> EngineIOMessage? {
    while !Task.isCancelled {
      enum Found {
        case message(EngineIOMessage)
        case end
        case nothing(Waiter)
      }
      let found = update { state, later -> Found in
        if let message = state.mailbox.popFirst() {
          resumeReading(&state, &later)
          return .message(message)
        }
        return state.disconnection == nil ? .nothing(state.receivers.add()) : .end
      }
      switch found {
      case .message(let message): return message
      case .end: return nil
      case .nothing(let waiter):
        await waiter.wait()
        if Task.isCancelled { state.withLock { $0.receivers.remove(waiter) } }
      }
    }
    return nil
  }

  fileprivate func endOfMessages() throws(Disconnection) -> EngineIOMessage? {
    guard let disconnection, !disconnection.isOrderly else { return nil }
    throw disconnection
  }

  func deliver(_ message: EngineIOMessage, _ state: inout State, _ later: inout Later) {
    state.mailbox.append(message)
    if !state.receivers.isEmpty { later.resume(state.receivers.takeAll()) }
    guard state.mailbox.count > configuration.receiveBufferMessages, !state.isPaused else { return }
    state.isPaused = true
    for (_, socket) in state.sockets { socket.setReading(false) }
    _ = state.machine.setReceiving(false, now: clock.now())
  }

  private func resumeReading(_ state: inout State, _ later: inout Later) {
    guard state.isPaused, state.mailbox.count <= configuration.receiveBufferMessages / 2 else {
      return
    }
    state.isPaused = false
    for (_, socket) in state.sockets { socket.setReading(true) }
    perform(state.machine.setReceiving(true, now: clock.now()), &state, &later)
  }

  // MARK: Handlers

  func runHandlers() async {
    await Self.$handling.withValue(ObjectIdentifier(self)) {
      do {
        try await handlers.onConnect?(self)
        if let onMessage = handlers.onMessage {
          while let message = await nextMessage() { try await onMessage(self, message) }
        } else {
          await waitForEnd()
        }
      } catch {
        let failure = EngineIOClientError(.handler, .handlerFailed("\(error)"))
        update { state, later in
          perform(state.machine.abort(.handlerError, failure), &state, &later)
        }
      }
      if let disconnection { await handlers.onDisconnect?(self, disconnection) }
    }
  }
}
