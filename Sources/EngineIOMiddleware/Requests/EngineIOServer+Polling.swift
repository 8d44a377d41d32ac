// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import HTTPTypes
import NIOCore

extension EngineIOServer {
  /// Answers a poll: at once if there is something to say, otherwise when there is.
  nonisolated(nonsending) func poll(
    _ request: Request, of session: EngineIOSession, jsonp: Int?
  ) async throws -> Response {
    answer(try await session.poll(), to: request, session.format, jsonp: jsonp)
  }

  /// The answer that takes packets to a client.
  ///
  /// - Parameter jsonp: the number of the function that a script calls with them.
  func answer(
    _ packets: [Packet], to request: Request, _ format: PacketFormat, jsonp: Int?
  ) -> Response {
    // A script cannot hold binary data.
    let format = jsonp != nil && format == .v3 ? PacketFormat.v3Base64 : format
    var response = Response.engineIO(packets, format)
    if let jsonp { response.wrapInScript(index: jsonp) }
    if let compression = configuration.httpCompression,
      let length = response.body.length, length >= compression.minimumBytes
    {
      compression.apply(to: &response, for: request)
    }
    return response
  }

  /// Takes the packets of a post. The answer leaves when they are in the hands of the session and
  /// its handlers have had a turn, so that what they send at once is ready for the next poll.
  nonisolated(nonsending) func post(
    _ request: Request, to session: EngineIOSession, jsonp: Int?
  ) async throws -> Response {
    let post = try session.beginPost()
    var payload: ByteBuffer
    do throws(RequestBodyError) {
      payload = try await request.body.collect(upTo: configuration.maxPayload)
    } catch {
      switch error {
      case .tooLarge:
        _ = session.endPost(post, failure: .payloadTooLarge)
        throw EngineIOErrorCode.payloadTooLarge
      case .malformed, .trailersTooLarge, .timedOut, .connectionClosed:
        _ = session.endPost(post, failure: .transportError)
        throw error
      }
    }
    if jsonp != nil {
      guard let inForm = JSONP.payload(inForm: payload) else {
        throw session.endPost(post, failure: .parseError) ?? .badRequest
      }
      payload = inForm
    }
    let limits = PayloadDecoder.Limits(
      maxBytes: configuration.maxPayload, maxPackets: configuration.maxPacketsPerPayload)
    let hasMessages: Bool
    switch session.format {
    case .v4:
      hasMessages = try await deliver(
        PayloadDecoder(payload, limits: limits), of: post, to: session,
        on: request.connection.executor)
    case .v3, .v3Base64:
      let isBinary = jsonp == nil && request.hasBinaryPayload
      hasMessages = try await deliver(
        PayloadDecoderV3(payload, isBinary: isBinary, limits: limits), of: post, to: session,
        on: request.connection.executor)
    }
    if hasMessages { await session.letHandlersRun() }
    if let refusal = session.endPost(post, failure: nil) { throw refusal }
    return jsonp == nil ? .engineIOAcknowledgement : .engineIOFormAcknowledgement
  }

  /// Hands the packets of a payload to the session as it has room for them.
  ///
  /// - Returns: whether there were messages among them.
  private nonisolated(nonsending) func deliver(
    _ payload: some PayloadReader, of post: PostToken, to session: EngineIOSession,
    on executor: (any TaskExecutor)?
  ) async throws -> Bool {
    var decoder = payload
    var hasMessages = false
    do {
      while let packet = try decoder.next() {
        switch session.receive(packet, in: post, on: executor) {
        case .message:
          hasMessages = true
        case .messageWithoutRoom:
          hasMessages = true
          await session.waitForRoom()
          try Task.checkCancellation()
        case .other:
          break
        }
      }
      return hasMessages
    } catch let error as PayloadError {
      let refusal = session.endPost(post, failure: DisconnectReason(error))
      throw refusal ?? .badRequest.with(message: error.description)
    } catch {
      _ = session.endPost(post, failure: .transportError)
      throw error
    }
  }
}

/// Reads a payload packet by packet.
private protocol PayloadReader {
  mutating func next() throws(PayloadError) -> Packet?
}

extension PayloadDecoder: PayloadReader {}
extension PayloadDecoderV3: PayloadReader {}

extension Request {
  /// Whether a post of version 3 says that its payload is the binary one.
  fileprivate var hasBinaryPayload: Bool {
    guard let type = headerValue(.contentType) else { return false }
    let end = type.firstIndex(of: ";") ?? type.endIndex
    return type[..<end].lowercased().split(separator: " ") == ["application/octet-stream"]
  }
}

extension DisconnectReason {
  fileprivate init(_ error: PayloadError) {
    self =
      switch error {
      case .packet: .parseError
      case .tooLarge: .payloadTooLarge
      case .tooManyPackets: .tooManyPackets
      }
  }
}
