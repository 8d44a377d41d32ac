// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppServer

/// Why the server cannot do what it was told to, and what to do about it.
public struct DevelopmentServerError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  init(_ error: HTTPServerError, _ options: DevelopmentServer.Options) {
    let port = options.port
    switch error {
    case .addressInUse:
      let other = port < Int(UInt16.max) ? port + 1 : port - 1
      self.init(
        "Port \(port) is in use by another program. Try another one: --port \(other), or --port 0 "
          + "for any that is free.")
    case .cannotListen(let address, let reason):
      var advice = "Give --host an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all."
      if (1..<1024).contains(port), reason.contains("errno: 13") {
        advice = "Ports below 1024 need privileges. Try another one: --port \(8000 + port)."
      }
      self.init("Cannot listen on \(address). \(advice)")
    }
  }
}
