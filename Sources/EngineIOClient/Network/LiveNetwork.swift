// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import AsyncHTTPClient
import EngineIO
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Synchronization

/// Reaches servers over sockets.
final class LiveNetwork: Network {
  let configuration: EngineIOClient.Configuration
  let group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
  /// The client's own HTTP client, once something was polled.
  private let ownClient = Mutex<HTTPClient?>(nil)

  init(_ configuration: EngineIOClient.Configuration) {
    self.configuration = configuration
  }

  func perform(_ request: ClientRequest) async throws(EngineIOClientError) -> ClientResponse {
    var request = request
    var redirects = 0
    while true {
      let response = try await performOnce(request)
      guard request.sid == nil, let location = response.redirect,
        redirects < configuration.maxRedirects
      else { return response }
      redirects += 1
      request = try request.redirected(to: location)
    }
  }

  private func performOnce(
    _ request: ClientRequest
  ) async throws(EngineIOClientError) -> ClientResponse {
    let endpoint = request.endpoint
    var message = HTTPClientRequest(url: endpoint.url(request.target))
    message.headers = HTTPHeaders(request.headerFields)
    if let body = request.body {
      message.method = .POST
      message.body = .bytes(body)
    }
    do {
      let answer = try await httpClient.execute(message, deadline: .distantFuture)
      let body = try await answer.body.collect(upTo: configuration.maxReceivedBytes)
      var response = ClientResponse(
        status: Int(answer.status.code), headerFields: HTTPFields(answer.headers), body: body,
        endpoint: endpoint)
      // An HTTP client of the caller's own may have followed redirects by itself.
      if answer.history.count > 1, let url = answer.history.last?.request.url,
        let endpoint = try? Endpoint(url: url, path: nil)
      {
        response.endpoint = endpoint
      }
      return response
    } catch let error as EngineIOClientError {
      throw error
    } catch {
      throw EngineIOClientError(
        .poll, Self.cause(of: error, endpoint, configuration.maxReceivedBytes))
    }
  }

  private static func cause(
    of error: any Error, _ endpoint: Endpoint, _ limit: Int
  ) -> EngineIOClientError.Cause {
    switch error {
    case is CancellationError: return .cancelled
    case is NIOTooManyBytesError: return .tooLarge(limit: limit)
    case is IOError:
      // Of an address that needed no looking up, there is nothing more in the error.
      return .connectionFailed(
        "\(endpoint.host) port \(endpoint.port): \(ConnectionFailure.text(error))")
    case is NIOConnectionError, is NIOSSLError:
      return .connectionFailed(ConnectionFailure.text(error))
    case let error as HTTPClientError:
      switch error {
      case .cancelled: return .cancelled
      case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout,
        .getConnectionFromPoolTimeout:
        return .timeout
      case .remoteConnectionClosed: return .connectionLost("the server closed it")
      default: return .connectionFailed(error.description)
      }
    case let error as HTTPParserError: return .malformed("\(error)")
    default: return .connectionFailed("\(error)")
    }
  }

  private var httpClient: HTTPClient {
    if let client = configuration.httpClient { return client }
    return ownClient.withLock { client in
      if let client { return client }
      let new = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: ownConfiguration)
      client = new
      return new
    }
  }

  private var ownConfiguration: HTTPClient.Configuration {
    var own = HTTPClient.Configuration(
      tlsConfiguration: configuration.tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(configuration.connectTimeout)),
      decompression: .enabled(limit: .size(configuration.maxReceivedBytes)))
    // The client says itself, with its step, that a connection could not be made.
    own.connectionPool.retryConnectionEstablishment = false
    // Servers in JavaScript and Python close what was idle for 5 s, and a post must not meet that.
    own.connectionPool.idleTimeout = .seconds(4)
    if let proxy = configuration.proxy {
      own.proxy = .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.credentials.map {
          .basic(username: $0.user, password: $0.password)
        })
    }
    return own
  }

  func shutDown() async {
    let client = ownClient.withLock { $0.take() }
    try? await client?.shutdown()
  }
}

extension HTTPHeaders {
  init(_ fields: HTTPFields) {
    self.init(fields.map { ($0.name.rawName, $0.value) })
  }
}

extension HTTPFields {
  init(_ headers: HTTPHeaders) {
    self.init()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
    }
  }
}
