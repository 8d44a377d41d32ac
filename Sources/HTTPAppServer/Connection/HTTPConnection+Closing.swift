// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension HTTPConnection {
  /// Closes the channel once everything written has left.
  func close() {
    guard phase == .open else { return }
    phase = .closing
    flushLater()
  }

  /// Ends sending, but goes on reading for a while: closing with unread bytes would make the
  /// system send a reset, which can destroy the answer before the peer has read it.
  func closeLingering() {
    guard phase == .open else { return }
    isLingering = true
    close()
  }

  /// Has the connection end because the peer sends nothing more. Most who do that are gone, and then
  /// nobody wants what is still to be made; but what is complete is sent, for those who are not.
  func inputEnded() {
    isInputEnded = true
    guard phase == .open else { return }
    if webSocket != nil {
      abort()
    } else if isAnswering && sending == nil {
      // Cancelled before it can return what would then be lost without its knowing.
      terminate()
    } else if !isAnswering {
      close()
    }
  }

  private static let lingerTime = TimeAmount.seconds(2)

  func closeChannel() {
    guard let context, !isOutputEnded else { return }
    isOutputEnded = true
    if isLingering, !isInputEnded {
      context.close(mode: .output, promise: nil)
      if isReadWithheld {
        isReadWithheld = false
        context.read()
      }
    } else if bufferedBytes == 0 {
      context.close(promise: nil)
    } else {
      // Closing throws away what waits in the channel, ending the output does not; but where the
      // input has ended already, that is closing.
      let ended = context.eventLoop.makePromise(of: Void.self)
      if isInputEnded {
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: ended)
      } else {
        context.close(mode: .output, promise: ended)
      }
      ended.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
    }
  }

  /// Gives up on a closing connection whose peer takes nothing any more, or does not close.
  func tickClosing(_ now: NIODeadline) {
    if isStalled(now) {
      abort()
    } else if bufferedBytes > 0 {
      lingerDeadline = nil
    } else if let lingerDeadline {
      if now >= lingerDeadline { abort() }
    } else {
      lingerDeadline = now + Self.lingerTime
    }
  }

  /// Closes the channel at once; what is buffered is lost.
  func abort() {
    guard phase != .closed else { return }
    phase = .closing
    context?.close(promise: nil)
  }

  /// As ``abort()``, and the peer cannot take it for an orderly end.
  func reset() {
    // Of no effect where there is no such option, as for Unix domain sockets.
    _ = (context?.channel as? any SocketOptionProvider)?
      .setSoLinger(linger(l_onoff: 1, l_linger: 0))
    abort()
  }
}
