// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPAppTesting
import Logging

/// Records what is logged, each line with one value of its metadata.
struct RecordingLog: LogHandler {
  let events: Events
  let key: String
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  init(_ events: Events, _ level: Logger.Level, key: String) {
    self.events = events
    self.key = key
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    events.record("\(event.message): \(event.metadata?[key] ?? "-")")
  }
}
