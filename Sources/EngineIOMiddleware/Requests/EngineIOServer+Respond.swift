// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPApp
import HTTPTypes

extension EngineIOServer {
  /// Answers a request, on whatever path.
  ///
  /// - Throws: what a connect handler threw, unless that refuses the client; and when the client
  ///   went away before its poll could be answered.
  public func respond(to request: Request) async throws -> Response {
    let corsFields: HTTPFields?
    switch origins.decide(request) {
    case .refused: return .engineIO(.originNotAllowed)
    case .allowed(let fields): corsFields = fields
    }
    if request.method == .options { return origins.preflight(request, fields: corsFields) }
    var response: Response
    do {
      response = try await answer(request)
    } catch let error as EngineIOErrorCode {
      response = .engineIO(error)
    }
    if let corsFields { response.headerFields.append(contentsOf: corsFields) }
    return response
  }

  /// The order of the checks is that of the JavaScript server: it decides which error wins.
  private nonisolated(nonsending) func answer(_ request: Request) async throws -> Response {
    let query = EngineIOQuery(request.query)
    guard let transport = query.transport else { throw EngineIOErrorCode.transportUnknown }
    guard !query.isAmbiguous else { throw EngineIOErrorCode.badRequest }
    if let sid = query.sid {
      guard let id = SessionID(rawValue: sid), let session = findSession(id) else {
        throw EngineIOErrorCode.sessionIDUnknown
      }
      switch (transport, request.isWebSocketUpgrade) {
      case (.websocket, true): return try upgrade(session)
      case (.polling, false): break
      default: throw EngineIOErrorCode.badRequest
      }
      switch request.method {
      case .get: return try await poll(session)
      case .post: return try await post(request, to: session)
      default: throw EngineIOErrorCode.methodNotAllowed
      }
    }
    let kind = transport == .polling ? TransportKind.polling : .websocket
    guard configuration.transports.contains(kind) else {
      throw EngineIOErrorCode.transportUnknown
    }
    guard request.method == .get else { throw EngineIOErrorCode.badHandshakeMethod }
    guard request.isWebSocketUpgrade == (kind == .websocket) else {
      throw EngineIOErrorCode.badRequest
    }
    guard let handlers = runningHandlers else { throw EngineIOErrorCode.unavailable }
    if let refusal = try await handlers.refusal(of: request) { return refusal }
    guard query.isVersion4 else { throw EngineIOErrorCode.unsupportedProtocolVersion }
    return try await handshake(request, kind, handlers)
  }
}

extension EngineIOHandlers {
  /// Asks whether a request may open a session.
  ///
  /// - Returns: the answer if that is a response of the application's own.
  fileprivate nonisolated(nonsending) func refusal(of request: Request) async throws -> Response? {
    guard let handshakeRequest else { return nil }
    do {
      try await handshakeRequest(request)
      return nil
    } catch let refused as HandshakeRefused {
      throw EngineIOErrorCode.forbidden.with(message: refused.message)
    } catch let error as any HTTPResponseError {
      return error.response
    }
  }
}
