// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPAppServer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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
      if reason.contains("errno: \(EADDRNOTAVAIL))") {
        self.init(
          "Cannot listen on \(address). Give --host an address of this machine, such as 127.0.0.1, "
            + "or 0.0.0.0 for all.")
      } else if (1..<1024).contains(port), reason.contains("errno: \(EACCES))") {
        self.init(
          "Cannot listen on \(address), since ports below 1024 need privileges. Try another one: "
            + "--port \(8000 + port).")
      } else {
        self.init("Cannot listen on \(address): \(reason)")
      }
    }
  }
}
