// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPApp
import HTTPTypes
import WebSocketCodec

extension WebSocketDeflate {
  /// What comes of a client's offers and the application's wishes; nil if there is none of either.
  static func agreed(
    with request: ReceivedRequest, _ compression: WebSocketCompression?
  ) -> WebSocketDeflate? {
    guard let compression, let offers = request.value(of: .secWebSocketExtensions) else {
      return nil
    }
    return accept(
      offers: CollectionOfOne(offers),
      options: Options(
        serverNoContextTakeover: !compression.serverContextTakeover,
        clientNoContextTakeover: !compression.clientContextTakeover,
        serverMaxWindowBits: compression.serverMaxWindowBits,
        clientMaxWindowBits: compression.clientMaxWindowBits, compressionLevel: compression.level,
        memoryLevel: compression.memoryLevel, minimumBytes: compression.minimumBytes))
  }
}
