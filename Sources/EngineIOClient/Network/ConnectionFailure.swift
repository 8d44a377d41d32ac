// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What SwiftNIO says when there is no connection, in words for people.
enum ConnectionFailure {
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      if error.connectionErrors.isEmpty {
        return (error.dnsAError ?? error.dnsAAAAError).map(text) ?? "no address"
      }
      return error.connectionErrors.map { failure in
        let address = failure.target.ipAddress ?? failure.target.pathname ?? error.host
        return "\(address) port \(error.port): \(text(failure.error))"
      }.joined(separator: ", ")
    case let error as IOError:
      return String(cString: strerror(error.errnoCode))
    case NIOSSLError.handshakeFailed(let cause):
      let reasons = reasons(ofTLS: "\(cause)")
      return "TLS handshake failed: " + (reasons.isEmpty ? "\(cause)" : reasons)
    default:
      return "\(error)"
    }
  }

  /// The names that BoringSSL has for what went wrong, without where that is in its sources.
  private static func reasons(ofTLS text: String) -> String {
    text.split(separator: "OPENSSL_internal:").dropFirst().map { part in
      part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    }.joined(separator: ", ")
  }
}
