// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO
public import HTTPTypes

extension EngineIOClient {
  /// Connects and runs `body`, and again with a new connection when one has ended by itself, until
  /// `body` returns or throws while its connection lasts.
  ///
  /// Each connection is a new session: what was sent and had not arrived when one ended is lost, and the
  /// server knows nothing of the one before. That the connection ended `body` sees by its messages,
  /// which end, or by what `send` throws; it should then return or throw, and whichever it does, the
  /// policy decides. While it waits, nothing of a connection exists.
  ///
  /// - Parameters:
  ///   - policy: whether and when to connect again.
  ///   - onRetry: told before each wait of the attempt's number in a row, counted from 1, and how long
  ///     it waits.
  ///   - body: what to do with a connection.
  /// - Returns: what `body` returned while its connection lasted, or when the policy lets it be.
  /// - Throws: what `body` throws while its connection lasts, what `connect` throws when the policy
  ///   gives up, and `CancellationError` when the task is cancelled while it waits.
  public static func withReconnection<Result>(
    _ url: String, headers: HTTPFields = [:],
    transports: [TransportKind] = [.polling, .websocket],
    configuration: Configuration = Configuration(), handlers: Handlers = Handlers(),
    policy: ReconnectPolicy = ReconnectPolicy(),
    onRetry: @Sendable (_ attempt: Int, _ delay: Duration) -> Void = { _, _ in },
    _ body: (EngineIOClient) async throws -> Result
  ) async throws -> Result {
    try await withReconnection(
      policy, ClientClock(ContinuousClock()), onRetry,
      connect: { () async throws(EngineIOClientError) in
        try await connect(
          url, headers: headers, transports: transports, configuration: configuration,
          handlers: handlers)
      }, body)
  }

  static func withReconnection<Result>(
    _ policy: ReconnectPolicy, _ clock: ClientClock,
    _ onRetry: @Sendable (_ attempt: Int, _ delay: Duration) -> Void,
    connect: () async throws(EngineIOClientError) -> EngineIOClient,
    _ body: (EngineIOClient) async throws -> Result
  ) async throws -> Result {
    var generator = SystemRandomNumberGenerator()
    var attempt = 0
    func pause() async throws {
      attempt += 1
      let delay = policy.delay(before: attempt, using: &generator)
      let end = clock.now().advanced(by: delay)
      onRetry(attempt, delay)
      await clock.sleep(end)
      try Task.checkCancellation()
    }
    while true {
      let client: EngineIOClient
      do throws(EngineIOClientError) {
        client = try await connect()
      } catch {
        guard attempt < policy.maxAttempts ?? .max, policy.retriesAfterFailure(error) else {
          throw error
        }
        try await pause()
        continue
      }
      attempt = 0
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await body(client)) } catch { result = .failure(error) }
      if let end = client.disconnection, end.reason != .clientClose,
        policy.maxAttempts != 0, policy.retriesAfterEnd(end), !Task.isCancelled
      {
        await client.wait()
        try await pause()
        continue
      }
      if case .success = result { await client.disconnect() } else { await client.abort() }
      return try result.get()
    }
  }
}
