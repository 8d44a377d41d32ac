// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore
import Synchronization
import WebSocketCodec

/// A backend's end of a WebSocket that is passed on, message by message. The connection is closed with
/// this object at the latest.
final class BackendSocket: Sendable {
  private let channel: any Channel
  private let reader: ByteReader
  private let machine: Mutex<WebSocketStateMachine>

  /// Bytes of one message, either way.
  static let mostMessageBytes = 64 << 20
  /// How long the other side has to answer when one has closed.
  private static let closeTimeout = Duration.seconds(2)

  init(channel: any Channel, reader: ByteReader) {
    self.channel = channel
    self.reader = reader
    let limits = WebSocketStateMachine.Limits(
      maxFrameBytes: Self.mostMessageBytes, maxMessageBytes: Self.mostMessageBytes)
    machine = Mutex(WebSocketStateMachine(role: .client, limits: limits))
  }

  deinit {
    channel.close(promise: nil)
  }

  /// Passes messages on, both ways, until either side has closed.
  func connect(to client: WebSocket) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.passOn(from: client) }
      group.addTask { await self.passOn(to: client) }
      await group.next()
      group.addTask { try? await Task.sleep(for: Self.closeTimeout) }
      await group.next()
      group.cancelAll()
    }
    channel.close(promise: nil)
  }

  private func passOn(from client: WebSocket) async {
    do {
      for try await message in client.messages {
        try await write { machine, out in
          switch message {
          case .text(let text): machine.write(text: text, into: &out)
          case .binary(let bytes): machine.write(binary: bytes, into: &out)
          }
        }
      }
    } catch {
      // How it ended is in the closure.
    }
    let closure = client.closure
    try? await write { machine, out in
      switch closure?.code {
      case .abnormalClosure?, nil: machine.writeClose(.goingAway, into: &out)
      case .noStatusReceived?: machine.writeClose(nil, into: &out)
      case let code?:
        machine.writeClose(
          .init(rawValue: code.rawValue), reason: closure?.reason ?? "", into: &out)
      }
    }
  }

  private func passOn(to client: WebSocket) async {
    var received = ByteBuffer()
    do {
      while let bytes = try await reader.next(on: channel) {
        received.writeImmutableBuffer(bytes)
        while let event = machine.withLock({ $0.next(in: &received) }) {
          switch event {
          case .text(let text): try await client.send(.text(text))
          case .binary(let bytes): try await client.send(.binary(bytes))
          case .ping(let payload):
            try await write { $0.write(pong: payload, into: &$1) }
          case .pong: break
          case .close(let code, let reason):
            client.close(
              code.map { .init(rawValue: $0.rawValue) } ?? .normalClosure, reason: reason)
            return try await write { $0.writeClose(code, into: &$1) }
          case .failure(let error):
            client.close(.init(rawValue: WebSocketCloseCode.badGateway.rawValue))
            return try await write { $0.writeClose(error.closeCode, into: &$1) }
          }
        }
      }
    } catch {
      // Either side is gone.
    }
    client.close(.init(rawValue: WebSocketCloseCode.badGateway.rawValue))
  }

  /// Suspends until the system has taken what is written.
  private func write(
    _ frame: @Sendable (inout WebSocketStateMachine, inout ByteBuffer) -> Bool
  ) async throws {
    // Frames of the two tasks may change places: one sends messages, the other answers pings.
    var out = ByteBuffer()
    guard machine.withLock({ frame(&$0, &out) }) else { return }
    try await channel.writeAndFlush(out)
  }
}
