// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import WebSocketCodec

extension LiveNetwork {
  func runWebSocket(
    _ request: ClientRequest, _ receiver: any WebSocketReceiver
  ) async -> EngineIOClientError {
    let opening = ChannelOpening()
    let opened = await withTaskCancellationHandler {
      () async -> Result<(LiveSocket, any Channel), EngineIOClientError> in
      do throws(EngineIOClientError) {
        return .success(try await open(request, opening, receiver))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      opening.cancel()
    }
    switch opened {
    case .success((let socket, let channel)):
      await withTaskCancellationHandler {
        try? await channel.closeFuture.get()
      } onCancel: {
        channel.close(promise: nil)
      }
      return socket.closure
    case .failure(let error):
      return error
    }
  }

  private func open(
    _ request: ClientRequest, _ opening: ChannelOpening, _ receiver: any WebSocketReceiver
  ) async throws(EngineIOClientError) -> (LiveSocket, any Channel) {
    var request = request
    var redirects = 0
    while true {
      let channel = try await connect(to: request.endpoint, opening)
      do {
        let key = WebSocketHandshake.makeKey()
        let exchange = HTTPExchange(request: head(of: request, key: key))
        let answer = try await exchange.run(on: channel)
        let response = ClientResponse(
          status: Int(answer.head.status.code), headerFields: HTTPFields(answer.head.headers),
          body: answer.body, endpoint: request.endpoint)
        if response.status == 101 {
          let deflate = try check(response, key: key)
          let socket = try await LiveSocket.install(
            on: channel, behind: exchange, response, receiver: receiver, deflate: deflate,
            configuration)
          return (socket, channel)
        }
        guard request.sid == nil, let location = response.redirect,
          redirects < configuration.maxRedirects
        else { throw response.error(.handshake, .websocket) }
        redirects += 1
        request = try request.redirected(to: location)
        try? await channel.close()
      } catch {
        try? await channel.close()
        if opening.isCancelled { throw EngineIOClientError(.handshake, .cancelled) }
        throw error as? EngineIOClientError
          ?? EngineIOClientError(.handshake, .connectionLost("\(error)"))
      }
    }
  }

  // MARK: Connection

  private func connect(
    to endpoint: Endpoint, _ opening: ChannelOpening
  ) async throws(EngineIOClientError) -> any Channel {
    do {
      let context = endpoint.isSecure ? try NIOSSLContext(configuration: configuration.tls) : nil
      let (host, port) =
        configuration.proxy.map { ($0.host, $0.port) } ?? (endpoint.host, endpoint.port)
      let channel = try await ClientBootstrap(group: group)
        .connectTimeout(TimeAmount(configuration.connectTimeout))
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        // So that reading can be stopped between an answer and what comes behind it.
        .channelOption(.maxMessagesPerRead, value: 1)
        .channelOption(.writeBufferWaterMark, value: writeBufferWaterMark)
        .channelInitializer { channel in
          opening.add(channel)
            ? channel.eventLoop.makeSucceededVoidFuture()
            : channel.eventLoop.makeFailedFuture(CancellationError())
        }
        .connect(host: host, port: port).get()
      do {
        if let proxy = configuration.proxy { try await openTunnel(channel, proxy, to: endpoint) }
        if let context { try await startTLS(channel, context, endpoint.host) }
        return channel
      } catch {
        try? await channel.close()
        throw error
      }
    } catch {
      if opening.isCancelled { throw EngineIOClientError(.handshake, .cancelled) }
      if let error = error as? EngineIOClientError { throw error }
      if case .connectTimeout? = error as? ChannelError {
        throw EngineIOClientError(.handshake, .timeout)
      }
      throw EngineIOClientError(.handshake, .connectionFailed(ConnectionFailure.text(error)))
    }
  }

  private var writeBufferWaterMark: ChannelOptions.Types.WriteBufferWaterMark {
    let high = max(configuration.sendBufferBytes, 1)
    return .init(low: max(high / 2, 1), high: high)
  }

  private func openTunnel(
    _ channel: any Channel, _ proxy: EngineIOClient.Proxy, to endpoint: Endpoint
  ) async throws {
    var headers = HTTPHeaders([("host", endpoint.tunnelAuthority)])
    if let credentials = proxy.credentials {
      let pair = Array((credentials.user + ":" + credentials.password).utf8)
      headers.add(name: "proxy-authorization", value: "Basic " + BasicCredentials.encode(pair))
    }
    let exchange = HTTPExchange(
      request: HTTPRequestHead(
        version: .http1_1, method: .CONNECT, uri: endpoint.tunnelAuthority, headers: headers))
    let answer = try await exchange.run(on: channel)
    guard (200..<300).contains(answer.head.status.code) else {
      throw EngineIOClientError(
        .handshake, .connectionFailed("the proxy answered \(answer.head.status.code)"))
    }
    try await channel.eventLoop.submit { _ = exchange.handOver() }.get()
  }

  private func startTLS(
    _ channel: any Channel, _ context: NIOSSLContext, _ host: String
  ) async throws {
    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    try await channel.eventLoop.submit {
      let handler = try NIOSSLClientHandler(
        context: context, serverHostname: isAddress ? nil : host)
      try channel.pipeline.syncOperations.addHandler(handler)
    }.get()
  }

  // MARK: Handshake (RFC 6455, section 4.1)

  private func head(of request: ClientRequest, key: String) -> HTTPRequestHead {
    var headers = HTTPHeaders()
    if !request.headerFields.contains(where: { $0.name.canonicalName == "host" }) {
      headers.add(name: "host", value: request.endpoint.authority)
    }
    headers.add(contentsOf: HTTPHeaders(request.headerFields))
    headers.replaceOrAdd(name: "upgrade", value: "websocket")
    headers.replaceOrAdd(name: "connection", value: "upgrade")
    headers.replaceOrAdd(name: "sec-websocket-version", value: WebSocketHandshake.version)
    headers.replaceOrAdd(name: "sec-websocket-key", value: key)
    if let options = configuration.webSocketCompression {
      headers.replaceOrAdd(
        name: "sec-websocket-extensions", value: WebSocketDeflate.offer(options: options))
    }
    return HTTPRequestHead(
      version: .http1_1, method: .GET, uri: request.target, headers: headers)
  }

  private func check(
    _ response: ClientResponse, key: String
  ) throws(EngineIOClientError) -> WebSocketDeflate? {
    func malformed(_ why: String) -> EngineIOClientError {
      EngineIOClientError(.handshake, .malformed(why))
    }
    let fields = response.headerFields
    guard fields[.upgrade]?.lowercased() == "websocket" else {
      throw malformed("101 without an upgrade to websocket")
    }
    guard fields[.connection]?.lowercased().contains("upgrade") == true else {
      throw malformed("101 without connection: upgrade")
    }
    guard WebSocketHandshake.isAccept(fields[.secWebSocketAccept] ?? "", for: key) else {
      throw malformed("wrong sec-websocket-accept")
    }
    guard fields[.secWebSocketProtocol] == nil else {
      throw malformed("a subprotocol that was not asked for")
    }
    let answers = fields[values: .secWebSocketExtensions]
    guard let options = configuration.webSocketCompression else {
      guard answers.isEmpty else { throw malformed("an extension that was not asked for") }
      return nil
    }
    do throws(WebSocketDeflate.NegotiationError) {
      return try WebSocketDeflate.agreed(answer: answers, options: options)
    } catch {
      throw malformed("an extension that was not asked for")
    }
  }
}

/// The channels of a connection that is being made, of which there may be one for each address.
private final class ChannelOpening: Sendable {
  private let state = Mutex((channels: [any Channel](), isCancelled: false))

  var isCancelled: Bool { state.withLock(\.isCancelled) }

  /// Notes a channel; false if the connection is not wanted any more.
  func add(_ channel: any Channel) -> Bool {
    state.withLock {
      $0.channels.append(channel)
      return !$0.isCancelled
    }
  }

  func cancel() {
    let channels = state.withLock { state in
      state.isCancelled = true
      return state.channels
    }
    for channel in channels { channel.close(promise: nil) }
  }
}
