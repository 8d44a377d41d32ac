// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOMiddleware
import HTTPAppTesting
import NIOCore
import Synchronization
import Testing

@testable import EngineIOClient

/// The client against this project's server, by calling it and over sockets.
@Suite struct ServerTests {
  static let transports: [[TransportKind]] = [[.polling], [.websocket], [.polling, .websocket]]

  /// A server that echoes.
  static func echo(_ configuration: EngineIOServer.Configuration = .init()) -> EngineIOApp {
    let engine = EngineIOServer(configuration)
    engine.onMessage { session, message in try await session.send(message) }
    return EngineIOApp(engine)
  }

  @Test(arguments: TestMode.allCases, transports)
  func echoes(mode: TestMode, transports: [TransportKind]) async throws {
    try await Self.echo().test(mode) { test in
      let client = try await EngineIOClient.connect(test, transports: transports)
      var messages = client.messages.makeAsyncIterator()
      for number in 0..<50 {
        try await client.send("text \(number)")
        try await client.send(ByteBuffer(bytes: [0, 30, UInt8(number)]))
      }
      for number in 0..<50 {
        #expect(try await messages.next() == .text("text \(number)"))
        #expect(
          try await messages.next() == .binary(ByteBuffer(bytes: [0, 30, UInt8(number)])))
      }
      if transports == [.polling] {
        #expect(client.transport == .polling)
      } else if transports == [.websocket] {
        #expect(client.transport == .websocket)
      }
      await client.disconnect()
      #expect(client.disconnection?.reason == .clientClose)
      #expect(client.disconnection?.error == nil)
      #expect(try await messages.next() == nil)
    }
  }
}
