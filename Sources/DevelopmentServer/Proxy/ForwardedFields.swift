// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes

/// Which header fields a proxy passes on, and which it adds.
enum ForwardedFields {
  /// Those that are about one connection alone (RFC 9110 section 7.6.1), besides what `connection`
  /// names.
  private static let hopByHop: Set<String> = [
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
  ]

  /// Those that whoever sends the message on makes anew.
  private static let framing: Set<String> = ["content-length", "host", "expect"]

  /// The fields of a message that are about more than one connection.
  static func endToEnd(_ fields: HTTPFields) -> HTTPFields {
    var named: Set<String> = []
    for value in fields[values: .connection] {
      for name in value.split(separator: ",") {
        named.insert(name.filter { $0 != " " && $0 != "\t" }.lowercased())
      }
    }
    return fields.filter { field in
      let name = field.name.canonicalName
      return !hopByHop.contains(name) && !framing.contains(name) && !named.contains(name)
    }
  }

  /// The fields of a request for the backend: its own and who asked for what where, for backends that
  /// write URLs or logs.
  ///
  /// - Parameter pseudonym: the name of this proxy in `via` (RFC 9110 section 7.6.3).
  static func request(_ request: Request, pseudonym: String) -> HTTPFields {
    var fields = endToEnd(request.headerFields)
    fields.addElement(
      .via, "\(request.httpVersion.major).\(request.httpVersion.minor) \(pseudonym)")
    // RFC 7239 section 4.
    var forwarded: [String] = []
    if case .ip(let peer, _) = request.connection.peerAddress {
      fields.addElement(.xForwardedFor, peer)
      forwarded.append("for=" + (peer.contains(":") ? "\"[\(peer)]\"" : peer))
    }
    if let authority = request.authority {
      // What the first proxy was asked for is what the client was.
      if fields[.xForwardedHost] == nil { fields[.xForwardedHost] = authority }
      forwarded.append("host=\"\(authority)\"")
    }
    if fields[.xForwardedProto] == nil { fields[.xForwardedProto] = request.scheme }
    forwarded.append("proto=\(request.scheme)")
    fields.addElement(.forwarded, forwarded.joined(separator: ";"))
    return fields
  }
}

extension HTTPFields {
  /// Adds an element to a field that is a list (RFC 9110 section 5.6.1).
  fileprivate mutating func addElement(_ name: HTTPField.Name, _ element: String) {
    self[name] = self[name].map { "\($0), \(element)" } ?? element
  }
}

extension HTTPField.Name {
  static let via = Self("via")!
  fileprivate static let forwarded = Self("forwarded")!
  fileprivate static let xForwardedFor = Self("x-forwarded-for")!
  fileprivate static let xForwardedHost = Self("x-forwarded-host")!
  fileprivate static let xForwardedProto = Self("x-forwarded-proto")!
}
