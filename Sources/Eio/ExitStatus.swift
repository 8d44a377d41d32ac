// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient

/// What the program's exit code says.
enum ExitStatus: Equatable {
  /// One of the two sides closed the connection.
  case closed
  /// The server could not be reached, or did not answer.
  case notConnected
  /// The server answered, but there is no session.
  case refused
  /// The connection ended without anybody closing it.
  case lost
  /// It was closed, but fewer messages came than `--count` says, or one could not be sent.
  case incomplete
  /// The command line cannot be used.
  case usage
  /// The program was told to go by a signal.
  case signal(Int32)

  var code: Int32 {
    switch self {
    case .closed: 0
    case .notConnected: 1
    case .refused: 2
    case .lost: 3
    case .incomplete: 4
    case .usage: 64
    case .signal(let number): 128 + number
    }
  }

  /// What it means that no session could be opened.
  init(_ failure: EngineIOClientError) {
    switch failure.cause {
    case .invalid: self = .usage
    case .connectionFailed, .connectionLost, .timeout, .cancelled: self = .notConnected
    case .refused, .malformed, .unexpectedPacket, .tooLarge, .webSocketClosed, .handlerFailed:
      self = .refused
    }
  }

  /// What it means that a session ended so.
  init(_ end: EngineIOClient.Disconnection) {
    self = end.isOrderly ? .closed : .lost
  }
}
