// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import NIOCore

/// Where a server is found: from this machine and from others.
struct ServerURLs: Sendable, Hashable {
  var local: String
  var network: [String]

  /// - Parameter address: what the server listens on.
  init(_ address: ConnectionInfo.Address) {
    // Machines whose devices cannot be listed still serve.
    let devices = (try? System.enumerateDevices()) ?? []
    self.init(address, deviceAddresses: devices.compactMap { $0.address?.ipAddress })
  }

  init(_ address: ConnectionInfo.Address, deviceAddresses: [String]) {
    guard case .ip(let host, let port) = address else {
      (local, network) = ("\(address)", [])
      return
    }
    func url(_ host: String) -> String { "http://\(ConnectionInfo.Address.ip(host, port: port))/" }
    switch host {
    case "0.0.0.0", "::":
      local = url("localhost")
      network = deviceAddresses.filter { Self.isReachable($0, over: host) }.map(url)
    case "127.0.0.1", "::1":
      local = url("localhost")
      network = []
    default:
      local = url(host)
      network = []
    }
  }

  private static func isReachable(_ address: String, over wildcard: String) -> Bool {
    guard address.contains(":") else { return !address.hasPrefix("127.") }
    // Link-local addresses need a zone, which URLs have no place for.
    return wildcard == "::" && address != "::1" && !address.lowercased().hasPrefix("fe80:")
  }
}
