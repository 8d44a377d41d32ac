// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import Synchronization
import Testing

@testable import EngineIOMiddleware

/// Many clients at once, on several threads, some of which upgrade in the middle of their traffic:
/// every message is numbered, and every one has to arrive once and in its place.
@Suite(.timeLimit(.minutes(2))) struct StressTests {
  private static let clients = 24
  private static let messages = 120

  @Test(arguments: Place.allCases)
  func everyMessageArrivesOnceAndInOrder(place: Place) async throws {
    let ends = Log()
    let engine = EngineIOServer(.init(sendBufferMessages: 20, receiveBufferMessages: 8))
    engine.onMessage { session, message in try await session.send(message) }
    engine.onDisconnect { session, reason in ends("\(session.id.rawValue) \(reason)") }
    try await serve(engine, in: place) { client in
      let isOver = Mutex(false)
      let broadcaster = Task {
        var number = 0
        while !isOver.withLock({ $0 }) {
          engine.broadcast(.text("b\(number)"), toSlowClients: .disconnect)
          number += 1
          for _ in 0..<200 { await Task.yield() }
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<Self.clients {
          var client = client
          if place == .eventLoop { client.executor = TestExecutor() }
          let own = StressClient(client: client, messages: Self.messages, seed: number)
          group.addTask { try await own.run() }
        }
        try await group.waitForAll()
      }
      isOver.withLock { $0 = true }
      await broadcaster.value
    }
    let lines = ends.lines
    #expect(lines.count == Self.clients)
    #expect(Set(lines.map { $0.prefix(20) }).count == Self.clients)
    #expect(lines.allSatisfy { $0.hasSuffix("client close") || $0.hasSuffix("transport close") })
  }
}

/// A client as the official one behaves.
private final class StressClient: Sendable {
  private let client: EngineClient
  private let messages: Int
  private let seed: Int
  private let state = Mutex(State())

  private struct State {
    var received = 0
    var broadcasts: Int?
    var isPaused = false
  }

  init(client: EngineClient, messages: Int, seed: Int) {
    self.client = client
    self.messages = messages
    self.seed = seed
  }

  func run() async throws {
    switch seed % 3 {
    case 0:
      let sid = try await client.connect()
      async let polling: Void = poll(sid)
      try await post(0..<messages, sid)
      await eventually { received == messages }
      _ = try await client.post(sid, "1")
      try await polling
    case 1:
      let (socket, _) = try await client.connectWebSocket()
      try await exchange(0..<messages, socket)
      socket.close()
    default:
      let sid = try await client.connect()
      let half = messages / 2
      async let polling: Void = poll(sid)
      try await post(0..<half, sid)
      let socket = try await client.webSocket("EIO=4&transport=websocket&sid=\(sid)")
      socket.send("2probe")
      let reply = await socket.text()
      #expect(reply == "3probe")
      state.withLock { $0.isPaused = true }
      try await polling
      socket.send("5")
      try await exchange(half..<messages, socket)
      socket.send("1")
      while await socket.next() != nil {}
    }
    #expect(received == messages)
  }

  private var received: Int { state.withLock(\.received) }

  private func post(_ numbers: Range<Int>, _ sid: String) async throws {
    var next = numbers.lowerBound
    while next < numbers.upperBound {
      let end = min(numbers.upperBound, next + 1 + (next &* 7 &+ seed) % 5)
      let payload = (next..<end).map { "4\($0)" }.joined(separator: "\u{1e}")
      let answer = try await client.post(sid, payload)
      #expect(answer.body == "ok")
      next = end
    }
  }

  /// Polls until the client pauses or its session is closed.
  private func poll(_ sid: String) async throws {
    while !state.withLock({ $0.isPaused }) {
      let answer = try await client.poll(sid)
      #expect(answer.status == 200)
      for packet in answer.body.split(separator: "\u{1e}") where packet != "6" { take(packet) }
      if received == messages && answer.body == "6" { return }
    }
  }

  private func exchange(_ numbers: Range<Int>, _ socket: TestSocket) async throws {
    for number in numbers { socket.send("4\(number)") }
    while received < messages {
      guard let text = await socket.text() else {
        Issue.record("closed after \(received) messages: \(String(describing: socket.closure))")
        return
      }
      take(Substring(text))
    }
  }

  private func take(_ packet: Substring) {
    guard packet.first == "4" else {
      Issue.record("unexpected packet \(packet)")
      return
    }
    let text = packet.dropFirst()
    state.withLock { state in
      if text.first == "b" {
        let number = Int(text.dropFirst())
        if let last = state.broadcasts { #expect(number == last + 1) }
        state.broadcasts = number
      } else {
        #expect(Int(text) == state.received)
        state.received += 1
      }
    }
  }
}
