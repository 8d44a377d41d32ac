// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import HTTPTypes

/// Where the parts of a request head lie in its bytes, and what was concluded from them.
///
/// Plain integers only, so that passing a head around costs one reference count.
struct HeadIndex: Sendable {
  var method = MethodCode.other
  var form = RequestHead.TargetForm.origin
  var version = RequestHead.Version.http1_1
  var framing = RequestHead.BodyFraming.none
  var keepsAlive = true
  var expectsContinue = false
  var isWebSocketUpgrade = false

  var methodLength: UInt32 = 0
  var target = Span32()
  /// Empty for an absolute-form without a path.
  var path = Span32()
  /// Without the `?`; ``hasQuery`` tells an empty query from none.
  var query = Span32()
  var hasQuery = false
  /// Of the absolute-form or authority-form target, else the Host value; empty if there is neither.
  var authority = Span32()
  var host = Span32()
  var fieldCount: UInt32 = 0
  var fieldsStart: UInt32 = 0
  var names = FieldNameFilter()
}

/// A range of byte offsets that takes eight bytes.
struct Span32: Sendable {
  var lower: UInt32 = 0
  var upper: UInt32 = 0

  @inline(always)
  init() {}

  @inline(always)
  init(_ lower: Int, _ upper: Int) {
    self.lower = UInt32(truncatingIfNeeded: lower)
    self.upper = UInt32(truncatingIfNeeded: upper)
  }

  @inline(always) var isEmpty: Bool { lower == upper }
  @inline(always) var range: Range<Int> {
    Range(uncheckedBounds: (Int(lower), Int(upper)))
  }
}

/// The registered methods that a head can name without keeping their text.
enum MethodCode: UInt8, Sendable {
  case other, get, head, post, put, delete, connect, options, trace, patch, query

  /// Methods are case-sensitive, RFC 9110 section 9.1.
  init(_ bytes: UnsafeRawBufferPointer) {
    func isExactly(_ name: StaticString) -> Bool {
      UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        .elementsEqual(bytes)
    }
    switch bytes.count {
    case 3: self = isExactly("GET") ? .get : isExactly("PUT") ? .put : .other
    case 4: self = isExactly("POST") ? .post : isExactly("HEAD") ? .head : .other
    case 5:
      self =
        isExactly("PATCH")
        ? .patch : isExactly("TRACE") ? .trace : isExactly("QUERY") ? .query : .other
    case 6: self = isExactly("DELETE") ? .delete : .other
    case 7: self = isExactly("OPTIONS") ? .options : isExactly("CONNECT") ? .connect : .other
    default: self = .other
    }
  }

  /// Nil for ``other``.
  var method: HTTPRequest.Method? {
    switch self {
    case .other: nil
    case .get: .get
    case .head: .head
    case .post: .post
    case .put: .put
    case .delete: .delete
    case .connect: .connect
    case .options: .options
    case .trace: .trace
    case .patch: .patch
    case .query: .query
    }
  }
}
