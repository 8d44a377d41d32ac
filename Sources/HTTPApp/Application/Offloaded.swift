// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An application that runs on Swift's global pool instead of the host's event loop; made by
/// ``HTTPApplication/offloaded()``.
public struct Offloaded<Base: HTTPApplication>: HTTPApplication {
  let base: Base

  public func respond(to request: Request) async throws -> Response {
    try await withTaskExecutorPreference(globalConcurrentExecutor) {
      try await base.respond(to: request)
    }
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

extension HTTPApplication {
  /// This application, run on Swift's global pool, for handlers that block or compute for long:
  /// costs two thread hand-offs a request and keeps the host's event loop free.
  public func offloaded() -> Offloaded<Self> {
    Offloaded(base: self)
  }
}
