// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import WebSocketCodec

/// Asks a backend for a WebSocket (RFC 6455 section 4.1).
struct BackendHandshake {
  let rule: ProxyRule
  let target: String
  let fields: HTTPFields
  let limits: ReverseProxy.Limits

  enum Outcome: Sendable {
    case opened(HTTPResponseHead, BackendSocket)
    /// The backend answers like to any other request.
    case answered(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
  }

  func run() async throws -> Outcome {
    let tls = rule.scheme == "https" ? try NIOSSLContext(configuration: .clientDefault) : nil
    let outcome = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(TimeAmount(limits.connect))
      .connect(host: rule.host, port: rule.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls {
            // Addresses are no names to indicate (RFC 6066 section 3).
            let isAddress = (try? SocketAddress(ipAddress: rule.host, port: rule.port)) != nil
            try pipeline.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : rule.host))
          }
          let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(limits.response)) {
            channel.close(promise: nil)
          }
          var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: upgradeConfiguration)
          configuration.leftOverBytesStrategy = .forwardBytes
          let outcome = try pipeline.configureUpgradableHTTPClientPipeline(
            configuration: configuration)
          outcome.whenComplete { _ in deadline.cancel() }
          return outcome
        }
      }
    return try await outcome.get()
  }

  private var upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration<Outcome> {
    var headers = HTTPHeaders(fields)
    headers.replaceOrAdd(name: "host", value: rule.authority)
    return NIOTypedHTTPClientUpgradeConfiguration(
      upgradeRequestHead: HTTPRequestHead(
        version: .http1_1, method: .GET, uri: target, headers: headers),
      upgraders: [Upgrader(key: WebSocketHandshake.makeKey())]
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        .answered(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
      }
    }
  }

  private struct Upgrader: NIOTypedHTTPClientProtocolUpgrader {
    let key: String
    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    func addCustom(upgradeRequestHeaders headers: inout HTTPHeaders) {
      headers.replaceOrAdd(name: "sec-websocket-key", value: key)
      headers.replaceOrAdd(name: "sec-websocket-version", value: WebSocketHandshake.version)
      // Whatever was offered was offered by somebody else.
      headers.remove(name: "sec-websocket-extensions")
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
      WebSocketHandshake.isAccept(
        upgradeResponse.headers.first(name: "sec-websocket-accept") ?? "", for: key)
    }

    func upgrade(
      channel: any Channel, upgradeResponse: HTTPResponseHead
    ) -> EventLoopFuture<Outcome> {
      channel.eventLoop.makeCompletedFuture {
        let reader = ByteReader()
        try channel.pipeline.syncOperations.addHandler(reader)
        try channel.syncOptions?.setOption(.autoRead, value: false)
        return .opened(upgradeResponse, BackendSocket(channel: channel, reader: reader))
      }
    }
  }
}
