// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An application whose type is erased, for places that choose an application at run time.
public struct AnyHTTPApplication: HTTPApplication {
  private let base: any HTTPApplication

  /// Erases the type of `base`; erasing twice costs nothing more.
  public init(_ base: some HTTPApplication) {
    if let erased = base as? AnyHTTPApplication {
      self = erased
    } else {
      self.base = base
    }
  }

  public func respond(to request: Request) async throws -> Response {
    try await base.respond(to: request)
  }

  public func withLifespan(
    _ serve: nonisolated(nonsending) () async throws -> Void
  ) async throws {
    try await base.withLifespan(serve)
  }

  public func beginGracefulShutdown() {
    base.beginGracefulShutdown()
  }
}
