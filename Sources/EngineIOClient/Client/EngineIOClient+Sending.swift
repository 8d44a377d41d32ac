// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
public import NIOCore
import Synchronization

extension EngineIOClient {
  /// Why a message was not sent.
  public typealias SendError = ClientStateMachine.SendError

  /// Sends a message. When the send buffer is full, does what `Configuration.whenSendBufferIsFull`
  /// says, which is to wait unless it was set to something else.
  ///
  /// Order is that of the calls. A cancelled task does not wait; its message is sent all the same.
  ///
  /// - Throws: `closed` when the connection has ended or is about to, also while waiting, when nobody
  ///   can tell whether the message arrived; `tooLarge` for more than the server accepts;
  ///   `separatorInText` for a text with U+001E, which polling cannot carry; `bufferFull` where the
  ///   configuration does not let it wait.
  public func send(_ message: EngineIOMessage) async throws(SendError) {
    let mayWait = configuration.whenSendBufferIsFull == .suspend
    guard try push(message, isDroppable: !mayWait), mayWait else { return }
    while !Task.isCancelled {
      let (isOpen, waiter) = state.withLock { state in
        (state.machine.isOpen, isFull(state) ? state.senders.add() : nil)
      }
      guard isOpen else { throw .closed }
      guard let waiter else { return }
      await waiter.wait()
      if Task.isCancelled { state.withLock { $0.senders.remove(waiter) } }
    }
  }

  /// Sends a text message; see `send(_:)`.
  public func send(_ text: String) async throws(SendError) {
    try await send(.text(text))
  }

  /// Sends a binary message; see `send(_:)`.
  public func send(_ bytes: ByteBuffer) async throws(SendError) {
    try await send(.binary(bytes))
  }

  /// Sends a message if there is room for it in the send buffer, and never suspends.
  ///
  /// - Throws: `bufferFull` when there is no room; otherwise as `send(_:)`.
  public func offer(_ message: EngineIOMessage) throws(SendError) {
    _ = try push(message, isDroppable: true)
  }

  /// Sends a value as a text message in JSON, by the configuration's codec; see `send(_:)`.
  ///
  /// - Throws: `EngineIOJSONError`; otherwise as `send(_:)`.
  public func send(json value: some Encodable) async throws {
    try await send(.json(value, using: jsonCodec()))
  }

  /// The value that a message describes in JSON, by the configuration's codec.
  ///
  /// - Throws: as `EngineIOMessage.decodeJSON(as:using:)`, and `noCodec` if there is no codec.
  public func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from message: EngineIOMessage
  ) throws(EngineIOJSONError) -> Value {
    try message.decodeJSON(as: type, using: jsonCodec())
  }

  private func jsonCodec() throws(EngineIOJSONError) -> any EngineIOJSONCodec {
    guard let codec = configuration.jsonCodec else { throw .noCodec }
    return codec
  }

  private func isFull(_ state: State) -> Bool {
    if state.machine.isAboveHighWaterMark { return true }
    return state.machine.transport == .websocket
      && state.sockets.contains { !$0.socket.isWritable }
  }

  /// Hands a message to the machine.
  ///
  /// - Returns: whether more waits now than should.
  private func push(
    _ message: EngineIOMessage, isDroppable: Bool
  ) throws(SendError) -> Bool {
    let result = update { state, later -> Result<Bool, SendError> in
      if isDroppable, isFull(state) { return .failure(refuse(&state, &later)) }
      switch state.machine.send(message, isDroppable: isDroppable, now: clock.now()) {
      case .send(let token):
        guard let socket = state.socket(token) else { return .failure(.closed) }
        socket.send(.message(message))
        return .success(!socket.isWritable)
      case .queued(let actions, let isAboveMark):
        perform(actions, &state, &later)
        return .success(isAboveMark)
      case .refused(.bufferFull): return .failure(refuse(&state, &later))
      case .refused(let error): return .failure(error)
      case .expired(let actions):
        perform(actions, &state, &later)
        return .failure(.closed)
      }
    }
    return try result.get()
  }

  private func refuse(_ state: inout State, _ later: inout Later) -> SendError {
    if configuration.whenSendBufferIsFull == .disconnect {
      perform(state.machine.sendBufferFull(), &state, &later)
    }
    return .bufferFull
  }
}
