// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp

extension HTTPApplication {
  /// Runs this application within its lifespan and hands a client for it to `body`.
  ///
  /// ```swift
  /// @Test(arguments: TestMode.allCases) func greets(mode: TestMode) async throws {
  ///   try await app.test(mode) { client in
  ///     #expect(try await client.get("/").text == "Hello")
  ///   }
  /// }
  /// ```
  ///
  /// When `body` returns, the application is shut down gracefully.
  ///
  /// - Throws: what `body` and the application's lifespan throw.
  @discardableResult
  public func test<Result: Sendable>(
    _ mode: TestMode = .inProcess, _ body: @Sendable (TestClient) async throws -> Result
  ) async throws -> Result {
    switch mode {
    case .inProcess: try await InProcessHost(application: self).run(body)
    case .live: try await LiveHost(application: self).run(body)
    }
  }
}
