// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// Two middlewares as one; made by ``StackBuilder``.
public struct MiddlewarePair<Outer: HTTPMiddleware, Inner: HTTPMiddleware>: HTTPMiddleware {
  let outer: Outer
  let inner: Inner

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    try await outer.respond(to: request, next: Wrapped(inner, next))
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await outer.withLifespan {
      try await inner.withLifespan(serve)
    }
  }

  public func beginGracefulShutdown() {
    outer.beginGracefulShutdown()
    inner.beginGracefulShutdown()
  }
}

/// Middleware under an `if`; made by ``StackBuilder``.
public struct OptionalMiddleware<Middleware: HTTPMiddleware>: HTTPMiddleware {
  let middleware: Middleware?

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    if let middleware {
      try await middleware.respond(to: request, next: next)
    } else {
      try await next.respond(to: request)
    }
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    if let middleware {
      try await middleware.withLifespan(serve)
    } else {
      try await serve()
    }
  }

  public func beginGracefulShutdown() {
    middleware?.beginGracefulShutdown()
  }
}

/// One of two middlewares; made by ``StackBuilder`` from `if`/`else` and `switch`.
public enum EitherMiddleware<First: HTTPMiddleware, Second: HTTPMiddleware>: HTTPMiddleware {
  case first(First)
  case second(Second)

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    switch self {
    case .first(let first): try await first.respond(to: request, next: next)
    case .second(let second): try await second.respond(to: request, next: next)
    }
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    switch self {
    case .first(let first): try await first.withLifespan(serve)
    case .second(let second): try await second.withLifespan(serve)
    }
  }

  public func beginGracefulShutdown() {
    switch self {
    case .first(let first): first.beginGracefulShutdown()
    case .second(let second): second.beginGracefulShutdown()
    }
  }
}

/// One of two applications; made by ``StackBuilder`` from `if`/`else` and `switch`.
public enum EitherApplication<First: HTTPApplication, Second: HTTPApplication>: HTTPApplication {
  case first(First)
  case second(Second)

  public func respond(to request: Request) async throws -> Response {
    switch self {
    case .first(let first): try await first.respond(to: request)
    case .second(let second): try await second.respond(to: request)
    }
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    switch self {
    case .first(let first): try await first.withLifespan(serve)
    case .second(let second): try await second.withLifespan(serve)
    }
  }

  public func beginGracefulShutdown() {
    switch self {
    case .first(let first): first.beginGracefulShutdown()
    case .second(let second): second.beginGracefulShutdown()
    }
  }
}
