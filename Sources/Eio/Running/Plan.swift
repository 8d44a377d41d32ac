// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import HTTPTypes

/// What the program is to do.
struct Plan: Sendable {
  var destination: Destination
  var headerFields: HTTPFields = [:]
  var transports: [TransportKind] = [.polling, .websocket]
  var configuration = EngineIOClient.Configuration()
  var policy = ReconnectPolicy(maxAttempts: 0)

  /// What is sent first on every connection.
  var greetings: [EngineIOMessage] = []
  var inputFormat = InputFormat.text
  /// Whether lines of input are seen while they are typed.
  var inputIsTyped = false
  var closesAtEndOfInput = false
  /// After how many messages to disconnect.
  var count: Int?
  /// After what time to disconnect.
  var exitAfter: Duration?
}
