// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOCore

/// One event as the kernel writes it: inotify(7).
struct InotifyEvent: Hashable {
  /// Which watch; -1 where the queue was too short.
  var watch: Int32
  /// What happened.
  var mask: UInt32
  /// The name in the watched directory; empty when it is about the directory itself.
  var name: String

  init(watch: Int32, mask: UInt32, name: String = "") {
    self.watch = watch
    self.mask = mask
    self.name = name
  }

  /// Takes the next event out of what was read; nil at the end. The kernel writes whole events only.
  init?(reading bytes: inout ByteBuffer) {
    guard let watch = bytes.readInteger(endianness: .host, as: Int32.self),
      let mask = bytes.readInteger(endianness: .host, as: UInt32.self),
      bytes.readInteger(endianness: .host, as: UInt32.self) != nil,
      let length = bytes.readInteger(endianness: .host, as: UInt32.self),
      let name = bytes.readSlice(length: Int(length))
    else { return nil }
    // Padded with zeros.
    let text = String(decoding: name.readableBytesView.prefix { $0 != 0 }, as: UTF8.self)
    self.init(watch: watch, mask: mask, name: text)
  }
}
