// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An application inside a middleware; made by ``HTTPApplication/wrapped(by:)`` and ``Stack``.
public struct Wrapped<Middleware: HTTPMiddleware, Base: HTTPApplication>: HTTPApplication {
  @usableFromInline let middleware: Middleware
  @usableFromInline let base: Base

  @inlinable
  init(_ middleware: Middleware, _ base: Base) {
    self.middleware = middleware
    self.base = base
  }

  @inlinable
  public func respond(to request: Request) async throws -> Response {
    try await middleware.respond(to: request, next: base)
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await middleware.withLifespan {
      try await base.withLifespan(serve)
    }
  }

  public func beginGracefulShutdown() {
    middleware.beginGracefulShutdown()
    base.beginGracefulShutdown()
  }
}

extension HTTPApplication {
  /// This application inside `middleware`, which sees every request first.
  @inlinable
  public func wrapped<M: HTTPMiddleware>(by middleware: M) -> Wrapped<M, Self> {
    Wrapped(middleware, self)
  }
}
