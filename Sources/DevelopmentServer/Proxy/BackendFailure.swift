// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import AsyncHTTPClient
import HTTPApp
import HTTPTypes
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

/// What is wrong with a backend, in words for whoever runs it.
struct BackendFailure: Error {
  var status: HTTPResponse.Status
  var reason: String

  init(_ status: HTTPResponse.Status, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  init(_ error: any Error) {
    switch error {
    case let error as BackendFailure:
      self = error
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      self.init(.badGateway, "closed the connection without an answer.")
    case let error as HTTPClientError where Self.isTimeOfAnswer(error):
      self.init(.gatewayTimeout, "took too long to answer.")
    case let error where Self.isTimeOfConnection(error):
      self.init(.gatewayTimeout, "cannot be reached: no answer to the attempt to connect.")
    case let error as NIOConnectionError where error.connectionErrors.isEmpty:
      self.init(.badGateway, "cannot be reached: there is no host of this name.")
    case let error as NIOConnectionError:
      self.init(error.connectionErrors[0].error)
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      self.init(.badGateway, "cannot be reached: nobody listens there. Is it running?")
    case let error where Self.isCertificate(error):
      self.init(.badGateway, "has a certificate that this machine does not trust.")
    default:
      self.init(.badGateway, "did not give an answer that can be passed on: \(error)")
    }
  }

  private static func isTimeOfAnswer(_ error: HTTPClientError) -> Bool {
    error == .deadlineExceeded || error == .readTimeout
  }

  private static func isTimeOfConnection(_ error: any Error) -> Bool {
    if case .connectTimeout? = error as? ChannelError { return true }
    return error as? HTTPClientError == .connectTimeout
  }

  private static func isCertificate(_ error: any Error) -> Bool {
    error is NIOSSLExtraError || "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
  }

  func response(_ rule: ProxyRule) -> Response {
    .text("The backend \(rule.origin) \(reason)\n", status: status)
  }
}
