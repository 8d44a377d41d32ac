// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import WebSocketCodec

/// Sends each request on a connection of its own, with SwiftNIO's HTTP codec: another
/// implementation than the server's, so that the two check each other.
struct LiveClient: TestHost {
  let host: String
  let port: Int

  func send(_ request: TestRequest) async throws -> TestResponse {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(HTTPRequestEncoder())
          try pipeline.addHandler(
            ByteToMessageHandler(
              HTTPResponseDecoder(
                leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward)))
          return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
            wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var parts = [HTTPClientRequestPart.head(head(of: request))]
      if request.body.readableBytes > 0 { parts.append(.body(.byteBuffer(request.body))) }
      parts.append(.end(nil))
      // Failing is no matter: a server may answer and close before it has read all.
      try? await outbound.write(contentsOf: parts)
      return try await read(inbound)
    }
  }

  private func head(of request: TestRequest) -> HTTPRequestHead {
    var headers = HTTPHeaders(request.headerFields.map { ($0.name.rawName, $0.value) })
    if !headers.contains(name: "host") { headers.add(name: "host", value: "\(host):\(port)") }
    headers.replaceOrAdd(name: "connection", value: "close")
    if request.body.readableBytes > 0 {
      headers.replaceOrAdd(name: "content-length", value: String(request.body.readableBytes))
    }
    return HTTPRequestHead(
      version: .http1_1, method: .init(rawValue: request.method.rawValue), uri: request.target,
      headers: headers)
  }

  private func read(
    _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
  ) async throws -> TestResponse {
    var response = TestResponse(
      status: .internalServerError, headerFields: [:], body: ByteBuffer(), trailerFields: [:],
      informational: [])
    for try await part in inbound {
      switch part {
      case .head(let head) where (100..<200).contains(head.status.code):
        response.informational.append(.init(code: Int(head.status.code)))
      case .head(let head):
        response.status = .init(
          code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase)
        response.headerFields = HTTPFields(head.headers)
      case .body(let bytes):
        response.body.writeImmutableBuffer(bytes)
      case .end(let trailers):
        response.trailerFields = trailers.map { HTTPFields($0) } ?? [:]
        return response
      }
    }
    throw WebSocketError.connectionLost
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
