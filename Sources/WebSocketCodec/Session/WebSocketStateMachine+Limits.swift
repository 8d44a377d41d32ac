// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

extension WebSocketStateMachine {
  /// What a peer may send before the connection fails with 1009.
  public struct Limits: Hashable, Sendable {
    /// Payload bytes of one data frame; checked on its header, before anything is allocated.
    public let maxFrameBytes: Int
    /// Payload bytes of one message, all fragments together, decompressed.
    public let maxMessageBytes: Int
    /// Frames of one message, empty ones included.
    public let maxFragments: Int

    /// Makes limits: by default 1 MiB a frame and a message, and 4096 fragments.
    ///
    /// Values are brought into 0...2^30 bytes (and 1... fragments): no buffer can hold much more.
    public init(
      maxFrameBytes: Int = 1 << 20, maxMessageBytes: Int = 1 << 20, maxFragments: Int = 4096
    ) {
      self.maxFrameBytes = min(max(maxFrameBytes, 0), 1 << 30)
      self.maxMessageBytes = min(max(maxMessageBytes, 0), 1 << 30)
      self.maxFragments = max(maxFragments, 1)
    }
  }
}
