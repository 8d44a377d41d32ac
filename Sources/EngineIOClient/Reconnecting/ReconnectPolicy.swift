// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import EngineIO

/// When to connect again after a connection was lost or could not be made, and how long to wait before.
///
/// The first wait is `initialDelay`; each further one in a row is `multiplier` times as long, up to
/// `maxDelay`. Each is then made longer or shorter at random, by up to the part that `jitter` is, so that
/// the clients of a server that was restarted do not all come back at once. A connection that is made
/// begins the count anew.
public struct ReconnectPolicy: Sendable {
  /// The first wait.
  public var initialDelay: Duration
  /// The longest wait, before it is made longer or shorter at random.
  public var maxDelay: Duration
  /// How much longer each wait is than the one before; at least 1.
  public var multiplier: Double
  /// The part of a wait by which it may be longer or shorter, from 0 to 1.
  public var jitter: Double
  /// How often in a row to try again; `nil` is for ever.
  public var maxAttempts: Int?
  /// Whether to try again after the server could not be reached, or refused. By default not after 401
  /// and 403, which the same request would be answered again, nor after what cannot be used at all.
  public var retriesAfterFailure: @Sendable (EngineIOClientError) -> Bool
  /// Whether to connect again after a connection ended by itself. By default always.
  public var retriesAfterEnd: @Sendable (EngineIOClient.Disconnection) -> Bool

  /// Creates a policy.
  public init(
    initialDelay: Duration = .seconds(1), maxDelay: Duration = .seconds(30),
    multiplier: Double = 2, jitter: Double = 0.5, maxAttempts: Int? = nil,
    retriesAfterFailure: @escaping @Sendable (EngineIOClientError) -> Bool = Self.isTemporary,
    retriesAfterEnd: @escaping @Sendable (EngineIOClient.Disconnection) -> Bool = { _ in true }
  ) {
    self.initialDelay = initialDelay
    self.maxDelay = maxDelay
    self.multiplier = max(multiplier, 1)
    self.jitter = min(max(jitter, 0), 1)
    self.maxAttempts = maxAttempts
    self.retriesAfterFailure = retriesAfterFailure
    self.retriesAfterEnd = retriesAfterEnd
  }

  /// Whether a failure may be over when the next attempt is made.
  public static let isTemporary: @Sendable (EngineIOClientError) -> Bool = { error in
    switch error.cause {
    case .invalid, .cancelled: false
    case .refused: error.response.map { $0.status != 401 && $0.status != 403 } ?? true
    default: true
    }
  }

  /// The wait before an attempt.
  ///
  /// - Parameter attempt: counted from 1, since the last connection.
  public func delay(
    before attempt: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    var delay = initialDelay
    var steps = attempt - 1
    while steps > 0, delay < maxDelay, multiplier > 1 {
      delay = delay * multiplier
      steps -= 1
    }
    delay = min(delay, maxDelay)
    guard jitter > 0 else { return delay }
    return delay * Double.random(in: 1 - jitter...1 + jitter, using: &generator)
  }
}
