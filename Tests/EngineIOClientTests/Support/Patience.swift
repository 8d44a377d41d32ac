// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient

extension EngineIOClient.Configuration {
  /// Time-outs that no test meets, however many others run at once: for tests by the real clock that
  /// are about something else.
  static var patient: EngineIOClient.Configuration {
    var configuration = EngineIOClient.Configuration()
    configuration.connectTimeout = .seconds(600)
    configuration.requestTimeout = .seconds(600)
    configuration.upgradeTimeout = .seconds(600)
    configuration.closeTimeout = .seconds(600)
    return configuration
  }
}
