// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An application composed of middleware, read top-down: the first line sees a request first, the
/// last line is the application.
///
/// ```swift
/// let app = Stack {
///   RequestLogging()
///   StaticFiles(["/assets": "public/assets"])
///   existingApp
/// }
/// ```
public struct Stack<Composed: HTTPApplication>: HTTPApplication {
  @usableFromInline let composed: Composed

  /// Composes the lines of `content`.
  public init(@StackBuilder _ content: () -> Composed) {
    composed = content()
  }

  @inlinable
  public func respond(to request: Request) async throws -> Response {
    try await composed.respond(to: request)
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await composed.withLifespan(serve)
  }

  public func beginGracefulShutdown() {
    composed.beginGracefulShutdown()
  }
}

/// Builds a ``Stack``: any number of middleware lines, also under `if`, then one application.
@resultBuilder
public enum StackBuilder {
  public static func buildExpression<M: HTTPMiddleware>(_ middleware: M) -> M { middleware }

  public static func buildExpression<A: HTTPApplication>(_ application: A) -> A { application }

  public static func buildPartialBlock<M: HTTPMiddleware>(first: M) -> M { first }

  public static func buildPartialBlock<A: HTTPApplication>(first: A) -> A { first }

  public static func buildPartialBlock<Outer: HTTPMiddleware, Inner: HTTPMiddleware>(
    accumulated: Outer, next: Inner
  ) -> MiddlewarePair<Outer, Inner> {
    MiddlewarePair(outer: accumulated, inner: next)
  }

  public static func buildPartialBlock<M: HTTPMiddleware, A: HTTPApplication>(
    accumulated: M, next: A
  ) -> Wrapped<M, A> {
    Wrapped(accumulated, next)
  }

  @available(*, unavailable, message: "the application must be the last line of a Stack")
  public static func buildPartialBlock<A: HTTPApplication, Next>(
    accumulated: A, next: Next
  ) -> A {
    fatalError("unavailable")
  }

  public static func buildOptional<M: HTTPMiddleware>(_ middleware: M?) -> OptionalMiddleware<M> {
    OptionalMiddleware(middleware: middleware)
  }

  public static func buildEither<First: HTTPMiddleware, Second: HTTPMiddleware>(
    first: First
  ) -> EitherMiddleware<First, Second> {
    .first(first)
  }

  public static func buildEither<First: HTTPMiddleware, Second: HTTPMiddleware>(
    second: Second
  ) -> EitherMiddleware<First, Second> {
    .second(second)
  }

  public static func buildEither<First: HTTPApplication, Second: HTTPApplication>(
    first: First
  ) -> EitherApplication<First, Second> {
    .first(first)
  }

  public static func buildEither<First: HTTPApplication, Second: HTTPApplication>(
    second: Second
  ) -> EitherApplication<First, Second> {
    .second(second)
  }

  public static func buildFinalResult<A: HTTPApplication>(_ application: A) -> A { application }

  @available(*, unavailable, message: "the last line of a Stack must be an application")
  public static func buildFinalResult<M: HTTPMiddleware>(_ middleware: M) -> AnyHTTPApplication {
    fatalError("unavailable")
  }
}
