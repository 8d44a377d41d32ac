// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import Synchronization

/// Counts the connections of a server, of all its loops, and of each peer address.
final class ConnectionQuota: Sendable {
  private let limit: Int?
  private let limitPerPeer: Int?
  private let counts = Mutex(Counts())

  private struct Counts {
    var all = 0
    var byPeer: [String: Int] = [:]
  }

  init(_ limits: HTTPServerLimits) {
    limit = limits.connections
    limitPerPeer = limits.connectionsPerPeer
  }

  /// A place for one connection.
  struct Place: Sendable {
    fileprivate let peer: String?
  }

  /// Why a connection is not served.
  enum Refusal: Error {
    case full
    case tooManyOfPeer
  }

  /// Takes a place for a connection from `peer`, until ``leave(_:)``. Peers of Unix domain sockets
  /// have no addresses to be told apart by.
  func enter(_ peer: SocketAddress?) throws(Refusal) -> Place? {
    guard limit != nil || limitPerPeer != nil else { return nil }
    let peer = limitPerPeer == nil ? nil : peer?.ipAddress
    return try counts.withLock { counts throws(Refusal) in
      if let limit, counts.all >= limit { throw .full }
      if let limitPerPeer, let peer {
        let count = counts.byPeer[peer, default: 0]
        if count >= limitPerPeer { throw .tooManyOfPeer }
        counts.byPeer[peer] = count + 1
      }
      counts.all += 1
      return Place(peer: peer)
    }
  }

  func leave(_ place: Place) {
    counts.withLock { counts in
      counts.all -= 1
      guard let peer = place.peer, let count = counts.byPeer[peer] else { return }
      counts.byPeer[peer] = count > 1 ? count - 1 : nil
    }
  }
}
