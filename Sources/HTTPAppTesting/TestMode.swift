// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// How a test reaches the application under test.
public enum TestMode: Sendable, CaseIterable {
  /// By calling it: nothing between the test and the application.
  case inProcess
  /// Over a socket, through `HTTPServer`.
  case live
}
