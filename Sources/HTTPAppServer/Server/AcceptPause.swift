// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import Logging
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lets a listening socket rest while the system has no descriptor, or no memory, for another
/// connection. Who waits stays in the kernel's queue; asking again at once would only keep the loop
/// from serving those who are in.
final class AcceptPause: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private let logger: Logger
  private var nextWarning = NIODeadline.uptimeNanoseconds(0)

  /// How long a listening socket rests.
  static let pause = TimeAmount.milliseconds(100)
  private static let warningInterval = TimeAmount.seconds(10)

  init(logger: Logger) {
    self.logger = logger
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? IOError, Self.isShortage(error.errnoCode) {
      warn(error)
      rest(context)
    }
    context.fireErrorCaught(error)
  }

  private static func isShortage(_ code: CInt) -> Bool {
    code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
  }

  private func warn(_ error: IOError) {
    let now = NIODeadline.now()
    guard now >= nextWarning else { return }
    nextWarning = now + Self.warningInterval
    logger.warning("cannot accept connections", metadata: ["error": "\(error)"])
  }

  /// The socket stays ready to be read from, so that withholding reads is not enough: it must not be
  /// watched either.
  private func rest(_ context: ChannelHandlerContext) {
    guard let options = context.channel.syncOptions else { return }
    // Fails only when the socket is closed.
    try? options.setOption(.autoRead, value: false)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      try? options.setOption(.autoRead, value: true)
    }
  }
}
