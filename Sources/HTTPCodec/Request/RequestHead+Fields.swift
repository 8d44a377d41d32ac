// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
import NIOCore

extension RequestHead {
  /// Makes the header fields in the order received. Each call reads the bytes anew: keep the result.
  ///
  /// Host is left out, as swift-http-types wants it: it is ``authority``, and ``value(of:)`` finds it.
  /// Registered names come in their registered spelling (`Content-Type`), others as received.
  public func makeHeaderFields() -> HTTPFields {
    var fields = HTTPFields()
    fields.reserveCapacity(fieldCount)
    bytes.withByteView { bytes in
      var start = Int(index.fieldsStart)
      for _ in 0..<index.fieldCount {
        let line = FieldLine.rescan(bytes, from: start)
        if !bytes.isToken(line.name, "host"), let field = HTTPField(bytes, line) {
          fields.append(field)
        }
        start = line.end
      }
    }
    return fields
  }

  /// The value of a field without making the others.
  ///
  /// Repeated fields are joined with `, ` (RFC 9110 section 5.3), Cookie with `; ` (RFC 6265
  /// section 5.4). Invalid UTF-8 is replaced; use ``makeHeaderFields()`` for the exact bytes.
  public func value(of name: HTTPField.Name) -> String? {
    var result: String?
    forEachValue(of: name) { value in
      let text = String(decoding: value, as: UTF8.self)
      if let earlier = result {
        result = earlier + (name == .cookie ? "; " : ", ") + text
      } else {
        result = text
      }
    }
    return result
  }

  /// The value of a field without making the others; see ``value(of:)``.
  public subscript(name: HTTPField.Name) -> String? { value(of: name) }

  /// Whether there is a field of this name, even if empty.
  public func contains(_ name: HTTPField.Name) -> Bool {
    var found = false
    forEachValue(of: name) { _ in found = true }
    return found
  }

  @inline(always)
  private func forEachValue(
    of name: HTTPField.Name, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    var canonicalName = name.canonicalName
    canonicalName.withUTF8 { name in
      guard index.names.mayContain(name) else { return }
      bytes.withByteView { bytes in
        var start = Int(index.fieldsStart)
        for _ in 0..<index.fieldCount {
          let colon = start &+ name.count
          if colon < bytes.count && bytes[colon] == .colon
            && isEqual(bytes, at: start, canonical: name)
          {
            let line = FieldLine.rescan(bytes, from: start)
            body(bytes.slice(line.value))
            start = line.end
          } else {
            start = bytes.firstCarriageReturn(from: start, to: bytes.count) &+ 2
          }
        }
      }
    }
  }

  /// The caller has checked that `name.count` bytes follow `start`.
  @inline(always)
  private func isEqual(
    _ bytes: ByteView, at start: Int, canonical name: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    for offset in 0..<name.count {
      let byte = bytes[start &+ offset]
      let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if lowered != name[offset] { return false }
    }
    return true
  }
}

extension HTTPField {
  /// Nil only if the name were no token, which the scanner has excluded.
  init?(_ bytes: ByteView, _ line: FieldLine) {
    let name: Name
    if let known = Name.registered(bytes, line.name) {
      name = known
    } else {
      let text = bytes.slice(line.name)
      guard let other = Name(String(decoding: text, as: UTF8.self)) else { return nil }
      name = other
    }
    let value = bytes.slice(line.value)
    if bytes.isASCII(line.value) {
      // Much cheaper than the initialiser for bytes, which has to find out what they are.
      self.init(name: name, value: String(decoding: value, as: UTF8.self))
    } else {
      self.init(name: name, value: value)
    }
  }
}
