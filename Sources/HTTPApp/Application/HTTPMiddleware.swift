// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A layer around an application: it may answer by itself, change the request on the way in, and
/// change the response on the way out.
public protocol HTTPMiddleware: Sendable {
  /// Answers one request, usually by way of `next`.
  ///
  /// - Throws: as ``HTTPApplication/respond(to:)``; errors of `next` pass through unless caught.
  nonisolated(nonsending) func respond(
    to request: Request, next: some HTTPApplication
  ) async throws -> Response

  /// As ``HTTPApplication/withLifespan(_:)``, around that of the application inside.
  nonisolated(nonsending) func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws

  /// As ``HTTPApplication/beginGracefulShutdown()``, before that of the application inside.
  func beginGracefulShutdown()
}

extension HTTPMiddleware {
  public nonisolated(nonsending) func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await serve()
  }

  public func beginGracefulShutdown() {}
}

/// Middleware made from a closure.
public struct MiddlewareHandler: HTTPMiddleware {
  private let body: @Sendable (Request, any HTTPApplication) async throws -> Response

  /// Creates middleware that answers with what `body` returns or throws.
  public init(
    _ body: @escaping @Sendable (Request, any HTTPApplication) async throws -> Response
  ) {
    self.body = body
  }

  public func respond(to request: Request, next: some HTTPApplication) async throws -> Response {
    try await body(request, next)
  }
}
