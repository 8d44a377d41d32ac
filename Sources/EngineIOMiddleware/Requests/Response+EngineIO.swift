// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import HTTPApp
import HTTPTypes
import NIOCore

extension Response {
  /// An error answer with its JSON body.
  static func engineIO(_ error: EngineIOErrorCode) -> Response {
    var fields = errorFields
    if error.status == 405 { fields[.allow] = "GET, POST, OPTIONS" }
    return Response(
      status: HTTPResponse.Status(code: error.status), headerFields: fields,
      body: ResponseBody(ByteBuffer(string: error.body)))
  }

  /// The answer to a poll.
  static func engineIO(_ packets: [Packet], _ format: PacketFormat) -> Response {
    guard format == .v4 else {
      let (payload, isBinary) = PayloadEncoderV3.encode(packets, usesBase64: format == .v3Base64)
      return Response(
        headerFields: isBinary ? binaryPayloadFields : payloadFields, body: ResponseBody(payload))
    }
    return Response(
      headerFields: payloadFields, body: ResponseBody(PayloadEncoder.encode(packets)))
  }

  /// The answer to a post.
  static let engineIOAcknowledgement = Response(
    headerFields: payloadFields, body: ResponseBody(ByteBuffer(string: "ok")))

  private static let payloadFields: HTTPFields = [
    .contentType: "text/plain; charset=UTF-8", .cacheControl: "no-store",
  ]

  private static let binaryPayloadFields: HTTPFields = [
    .contentType: "application/octet-stream", .cacheControl: "no-store",
  ]

  private static let errorFields: HTTPFields = [
    .contentType: "application/json", .cacheControl: "no-store",
  ]
}
