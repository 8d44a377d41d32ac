// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Synchronization
import Testing

@testable import EngineIOClient

@Suite(.timeLimit(.minutes(1))) struct ReconnectingTests {
  /// Numbers that several tasks append to.
  private final class Numbers: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }
    func append(_ number: Int) { numbers.withLock { $0.append(number) } }
  }

  @Test func delaysGrowToTheirLimit() {
    var generator = SystemRandomNumberGenerator()
    let policy = ReconnectPolicy(jitter: 0)
    let delays = (1...8).map { policy.delay(before: $0, using: &generator) }
    #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    #expect(policy.delay(before: .max, using: &generator) == .seconds(30))
  }

  @Test func jitterStaysInItsBounds() {
    var generator = SystemRandomNumberGenerator()
    let policy = ReconnectPolicy(initialDelay: .seconds(10), jitter: 0.5)
    let delays = (0..<1000).map { _ in policy.delay(before: 1, using: &generator) }
    #expect(delays.allSatisfy { $0 >= .seconds(5) && $0 <= .seconds(15) })
    #expect(Set(delays).count > 900)
  }

  @Test(arguments: [
    (EngineIOClientError(.handshake, .timeout), true),
    (EngineIOClientError(.handshake, .connectionFailed("")), true),
    (EngineIOClientError(.handshake, .refused, response: .init(status: 503, body: "")), true),
    (EngineIOClientError(.handshake, .refused, response: .init(status: 401, body: "")), false),
    (EngineIOClientError(.handshake, .refused, response: .init(status: 403, body: "")), false),
    (EngineIOClientError(.configuration, .invalid("")), false),
    (EngineIOClientError(.handshake, .cancelled), false),
  ])
  func failuresThatAreTemporary(error: EngineIOClientError, isTemporary: Bool) {
    #expect(ReconnectPolicy.isTemporary(error) == isTemporary)
  }

  /// Runs with a server that a test scripts; the virtual clock passes every wait.
  private func run<Result: Sendable>(
    _ server: ScriptedServer, _ policy: ReconnectPolicy, _ attempts: Numbers,
    _ body: @escaping @Sendable (EngineIOClient) async throws -> Result
  ) -> Task<Result, any Error> {
    Task {
      try await EngineIOClient.withReconnection(
        policy, ClientClock(server.clock),
        { attempt, delay in
          attempts.append(attempt)
          server.clock.jump(by: delay)
        },
        connect: { () async throws(EngineIOClientError) in
          try await server.connect().value.get()
        }, body)
    }
  }

  @Test func connectsAgainUntilTheBodyReturns() async throws {
    let server = ScriptedServer()
    let attempts = Numbers()
    let received = Numbers()
    let running = run(server, ReconnectPolicy(), attempts) { client in
      for try await message in client.messages {
        if message == "stop" { return "stopped" }
        received.append(message.byteCount)
      }
      return "ended"
    }
    try await server.poll().answer("", status: 503)
    try await server.poll().fail()
    try await server.poll().answer(ScriptedServer.open(upgrades: "[]"))
    try await server.poll().answer("4a\u{1e}1")
    try await server.poll().answer(ScriptedServer.open(upgrades: "[]"))
    try await server.poll().fail()
    try await server.poll().answer(ScriptedServer.open(upgrades: "[]"))
    try await server.poll().answer("4stop")
    try await server.post().answer("ok")
    #expect(try await running.value == "stopped")
    #expect(attempts.all == [1, 2, 1, 1])
    #expect(received.all == [1])
    #expect(server.underWay == 0)
  }

  @Test func givesUp() async throws {
    let server = ScriptedServer()
    let attempts = Numbers()
    let running = run(server, ReconnectPolicy(maxAttempts: 2), attempts) { _ in }
    for _ in 0..<3 { try await server.poll().answer("", status: 500) }
    await #expect(throws: EngineIOClientError.self) { try await running.value }
    #expect(attempts.all == [1, 2])
  }

  @Test func doesNotRetryWhatStaysRefused() async throws {
    let server = ScriptedServer()
    let attempts = Numbers()
    let running = run(server, ReconnectPolicy(), attempts) { _ in }
    try await server.poll().answer("", status: 401)
    await #expect(throws: EngineIOClientError.self) { try await running.value }
    #expect(attempts.all == [])
  }

  @Test func throwsWhatTheBodyThrows() async throws {
    struct Fault: Error {}
    let server = ScriptedServer()
    let running = run(server, ReconnectPolicy(), .init()) { _ in throw Fault() }
    try await server.poll().answer(ScriptedServer.open(upgrades: "[]"))
    await #expect(throws: Fault.self) { try await running.value }
    #expect(server.underWay == 0)
  }

  @Test func cancelledWhileItWaits() async throws {
    let server = ScriptedServer()
    let waits = AsyncStream<Void>.makeStream()
    let running = Task {
      try await EngineIOClient.withReconnection(
        ReconnectPolicy(), ClientClock(server.clock), { _, _ in waits.continuation.yield() },
        connect: { () async throws(EngineIOClientError) in
          try await server.connect().value.get()
        }
      ) { _ in }
    }
    try await server.poll().fail()
    for await _ in waits.stream { break }
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
  }
}
