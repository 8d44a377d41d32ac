// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import AsyncHTTPClient
import Foundation
import HTTPApp
import HTTPTypes
import NIOCore
import Testing

@testable import DevelopmentServer

struct BackendFailureTests {
  private struct Other: Error {}

  private static let failures: [(any Error, HTTPResponse.Status, String)] = [
    (HTTPClientError.deadlineExceeded, .gatewayTimeout, "took too long to answer."),
    (HTTPClientError.connectTimeout, .gatewayTimeout, "no answer to the attempt to connect."),
    (
      ChannelError.connectTimeout(.seconds(5)), .gatewayTimeout,
      "no answer to the attempt to connect."
    ),
    (
      HTTPClientError.remoteConnectionClosed, .badGateway,
      "closed the connection without an answer."
    ),
    (IOError(errnoCode: ECONNREFUSED, reason: "connect"), .badGateway, "Is it running?"),
    (BackendFailure(.badGateway, "is itself."), .badGateway, "is itself."),
    (Other(), .badGateway, "that can be passed on: Other()"),
  ]

  @Test(arguments: failures.indices) func everyFailureIsNamed(index: Int) throws {
    let (error, status, text) = Self.failures[index]
    let rule = try ProxyRule("/=http://localhost:3000")
    let response = BackendFailure(error).response(rule)
    #expect(response.status == status)
    guard case .bytes(let body) = response.body.kind else {
      Issue.record("no text")
      return
    }
    #expect(String(buffer: body).hasPrefix("The backend http://localhost:3000 "))
    #expect(String(buffer: body).hasSuffix(text + "\n"))
  }
}
