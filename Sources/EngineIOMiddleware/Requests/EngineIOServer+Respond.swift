// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
public import HTTPApp
import HTTPTypes
import Synchronization

extension EngineIOServer {
  /// Answers a request, on whatever path.
  ///
  /// - Throws: what a connect handler threw, unless that refuses the client; and when the client
  ///   went away before its poll could be answered.
  public func respond(to request: Request) async throws -> Response {
    var response: Response
    switch origins.decide(request) {
    case .refused:
      response = refuse(request, Refusal(.originNotAllowed, .origin))
    case .allowed(let corsFields) where request.method == .options:
      response = origins.preflight(request, fields: corsFields)
    case .allowed(let corsFields):
      do {
        response = try await answer(request)
      } catch let refusal as Refusal {
        response = refuse(request, refusal)
      } catch let error as EngineIOErrorCode {
        response = refuse(request, Refusal(error, .session))
      }
      if let corsFields { response.headerFields.append(contentsOf: corsFields) }
    }
    configuration.headers?(&response.headerFields, request)
    return response
  }

  /// The order of the checks is that of the JavaScript server: it decides which error wins.
  private nonisolated(nonsending) func answer(_ request: Request) async throws -> Response {
    let query = EngineIOQuery(request.query)
    guard let transport = query.transport else { throw Refusal(.transportUnknown, .transport) }
    guard !query.isAmbiguous else { throw Refusal(.badRequest, .query) }
    let jsonp = configuration.allowJSONP ? try jsonpIndex(of: request) : nil
    if let sid = query.sid {
      guard let id = SessionID(rawValue: sid), let session = findSession(id) else {
        throw Refusal(.sessionIDUnknown, .sessionID)
      }
      switch (transport, request.isWebSocketUpgrade) {
      case (.websocket, true): return try upgrade(session)
      case (.polling, false): break
      default: throw Refusal(.badRequest, .transportMismatch)
      }
      switch request.method {
      case .get: return try await poll(request, of: session, jsonp: jsonp)
      case .post: return try await post(request, to: session, jsonp: jsonp)
      default: throw Refusal(.methodNotAllowed, .method)
      }
    }
    let kind = transport == .polling ? TransportKind.polling : .websocket
    guard configuration.transports.contains(kind) else {
      throw Refusal(.transportUnknown, .transport)
    }
    guard request.method == .get else { throw Refusal(.badHandshakeMethod, .method) }
    guard request.isWebSocketUpgrade == (kind == .websocket) else {
      throw Refusal(.badRequest, .upgrade)
    }
    guard let handlers = runningHandlers else { throw Refusal(.unavailable, .unavailable) }
    if let handshakeRequest = handlers.handshakeRequest {
      do {
        try await handshakeRequest(request)
      } catch {
        throw Refusal(error, thrownBy: .handshakeRequest) ?? error
      }
    }
    let format: PacketFormat
    switch query.version {
    case .v4: format = .v4
    case .v3 where configuration.allowEIO3: format = query.wantsBase64 ? .v3Base64 : .v3
    case .v3, nil: throw Refusal(.unsupportedProtocolVersion, .version)
    }
    return try await handshake(request, kind, format, handlers, jsonp: jsonp)
  }

  private func refuse(_ request: Request, _ refusal: Refusal) -> Response {
    log?.refused(request, refusal)
    if let connectionError = state.withLock({ $0.handlers.connectionError }) {
      connectionError(
        EngineIOConnectionError(
          request: request, code: refusal.code, context: refusal.context, cause: refusal.cause))
    }
    return refusal.response ?? .engineIO(refusal.code)
  }
}
