// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// An application made from a closure.
public struct HTTPHandler: HTTPApplication {
  @usableFromInline
  let body: @Sendable (Request) async throws -> Response

  /// Creates an application that answers with what `body` returns or throws.
  public init(_ body: @escaping @Sendable (Request) async throws -> Response) {
    self.body = body
  }

  @inlinable
  public func respond(to request: Request) async throws -> Response {
    try await body(request)
  }
}
