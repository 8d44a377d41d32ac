// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import Testing

@testable import HTTPAppServer

@Suite struct ConnectionQuotaTests {
  private func quota(all: Int? = nil, perPeer: Int? = nil) -> ConnectionQuota {
    var limits = HTTPServerLimits()
    limits.connections = all
    limits.connectionsPerPeer = perPeer
    return ConnectionQuota(limits)
  }

  private func peer(_ host: String, port: Int = 1) throws -> SocketAddress {
    try SocketAddress(ipAddress: host, port: port)
  }

  @Test func countsAll() throws {
    let quota = quota(all: 2)
    let first = try #require(try quota.enter(peer("127.0.0.1")))
    _ = try quota.enter(nil)
    #expect(throws: ConnectionQuota.Refusal.full) { try quota.enter(peer("127.0.0.2")) }
    quota.leave(first)
    _ = try quota.enter(peer("127.0.0.2"))
    #expect(throws: ConnectionQuota.Refusal.full) { try quota.enter(nil) }
  }

  @Test func countsPeersByAddress() throws {
    let quota = quota(perPeer: 1)
    let first = try #require(try quota.enter(peer("127.0.0.1", port: 1)))
    #expect(throws: ConnectionQuota.Refusal.tooManyOfPeer) {
      try quota.enter(peer("127.0.0.1", port: 2))
    }
    _ = try quota.enter(peer("::1"))
    for _ in 0..<2 { _ = try quota.enter(SocketAddress(unixDomainSocketPath: "/a")) }
    quota.leave(first)
    _ = try quota.enter(peer("127.0.0.1"))
  }

  @Test func keepsNoCountWithoutLimits() throws {
    let place = try quota().enter(peer("127.0.0.1"))
    #expect(place.map { _ in "counted" } == nil)
  }
}
