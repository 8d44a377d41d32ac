// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What a host serves: the WSGI callable of Swift.
///
/// A host calls ``withLifespan(_:)`` once and, while the closure it passes runs, ``respond(to:)``
/// for every request, concurrently and from any thread. Middleware is an application around an
/// application, so everything a host can run can also be wrapped.
public protocol HTTPApplication: Sendable {
  /// Answers one request.
  ///
  /// The request's task is cancelled when the client goes away. Hosts may run this on an event
  /// loop: code that blocks or computes for long belongs behind ``offloaded()``.
  ///
  /// - Throws: an ``HTTPResponseError`` to answer with its response; any other error is logged by
  ///   the host and answered 500 without detail.
  nonisolated(nonsending) func respond(to request: Request) async throws -> Response

  /// Brackets the life of the host: set up, call `serve` exactly once, tear down.
  ///
  /// `serve` returns when the last request has been answered after a shutdown. An error thrown
  /// before `serve` keeps the host from starting; every error thrown here ends the host with it.
  nonisolated(nonsending) func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws

  /// Told once, when the host stops accepting requests and before it waits for those in flight:
  /// answer what is parked. Must return promptly.
  func beginGracefulShutdown()
}

extension HTTPApplication {
  public nonisolated(nonsending) func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await serve()
  }

  public func beginGracefulShutdown() {}
}
