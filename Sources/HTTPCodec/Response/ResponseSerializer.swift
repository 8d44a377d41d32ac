// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

public import HTTPTypes
public import NIOCore

/// Writes HTTP/1.1 responses as bytes, RFC 9112. The caller decides on framing and persistence.
///
/// Every function appends to `buffer` and makes no intermediate strings. The status line always says
/// HTTP/1.1, also to a client of HTTP/1.0 (RFC 9110 section 6.2).
public enum ResponseSerializer {
  /// How the client finds the end of the body, RFC 9112 section 6.3.
  public enum Framing: Sendable, Equatable {
    /// No framing field: for 1xx, 204, 304, and for HEAD if the length is unknown.
    case none
    /// Also for HEAD and 304: what GET would have sent.
    case contentLength(Int)
    /// Only to HTTP/1.1.
    case chunked
    /// The end of the connection ends the body; implies ``Connection/close``.
    case untilClose
  }

  /// What the Connection field says, RFC 9112 section 9.
  public enum Connection: Sendable, Equatable {
    /// Nothing: HTTP/1.1 connections persist.
    case implied
    /// `keep-alive`, for HTTP/1.0.
    case keepAlive
    /// `close`
    case close
  }

  /// Appends a status line, the fields and the empty line.
  ///
  /// Fields that could contradict the arguments are left out of `fields`: Connection, Keep-Alive,
  /// Proxy-Connection, Transfer-Encoding and Content-Length. A 1xx or 204 gets no framing field,
  /// whatever `framing` is. If `fields` has Upgrade, `upgrade` is added to Connection (RFC 9110
  /// section 7.8). A registered status gets its registered phrase.
  ///
  /// - Parameter date: Written unless `fields` has a Date.
  public static func writeHead(
    _ status: HTTPResponse.Status, _ fields: HTTPFields, framing: Framing,
    connection: Connection = .implied, date: DateField?, into buffer: inout ByteBuffer
  ) {
    var position = 0
    var hasDate = date == nil
    var hasUpgrade = false
    var needed = typicalHeadBytes
    var line = StatusLine.registered(status.code)
    if line == nil { writeStatusLine(status, into: &buffer) }
    var isComplete = false
    repeat {
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { memory in
        guard var out = OutputCursor(memory) else { return 0 }
        if let text = line {
          out.write(text)
          line = nil
        }
        while position < fields.count {
          let field = fields[position]
          switch FieldRole(field.name) {
          case .framing:
            position &+= 1
            continue
          case .date: hasDate = true
          case .upgrade: hasUpgrade = true
          case .other: break
          }
          let name = field.name.rawName
          let missing = field.withUnsafeBytesOfValue { value in
            let size = name.utf8.count &+ value.count &+ 4 &+ tailBytes
            if out.room < size { return size }
            out.writeField(name: name, value: value)
            return 0
          }
          if missing > 0 {
            needed = missing
            return out.count
          }
          position &+= 1
        }
        writeTail(
          status, framing, connection, date: hasDate ? nil : date, hasUpgrade: hasUpgrade, to: &out)
        isComplete = true
        return out.count
      }
    } while !isComplete
  }

  /// Enough for the status line, the tail and some fields in most responses.
  private static let typicalHeadBytes = 320

  /// At least what ``writeTail(_:_:_:date:hasUpgrade:to:)`` writes: 31 for Connection, 38 for the
  /// framing, 37 for Date and 2 for the empty line.
  private static let tailBytes = 112

  @inline(always)
  private static func writeTail(
    _ status: HTTPResponse.Status, _ framing: Framing, _ connection: Connection,
    date: DateField?, hasUpgrade: Bool, to out: inout OutputCursor
  ) {
    let closes = connection == .close || framing == .untilClose
    switch (hasUpgrade, closes) {
    case (false, false): if connection == .keepAlive { out.write("connection: keep-alive\r\n") }
    case (false, true): out.write("connection: close\r\n")
    case (true, true): out.write("connection: upgrade, close\r\n")
    case (true, false):
      out.write(
        connection == .keepAlive
          ? "connection: upgrade, keep-alive\r\n" : "connection: upgrade\r\n")
    }
    // RFC 9110 section 8.6 and RFC 9112 section 6.1.
    let mayFrame = status.code >= 200 && status.code != 204
    switch framing {
    case .contentLength(let length) where mayFrame:
      out.write("content-length: ")
      out.writeDecimal(length)
      out.writePair(.carriageReturn, .lineFeed)
    case .chunked where mayFrame: out.write("transfer-encoding: chunked\r\n")
    default: break
    }
    if let date { out.write(date) }
    out.writePair(.carriageReturn, .lineFeed)
  }

  /// The slow path for a code without a registered phrase.
  private static func writeStatusLine(
    _ status: HTTPResponse.Status, into buffer: inout ByteBuffer
  ) {
    // HTTPResponse.Status allows 0 to 999; the grammar wants three digits.
    let code = status.code
    var phrase = status.reasonPhrase
    let needed = 16 + phrase.utf8.count
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { memory in
      guard var out = OutputCursor(memory) else { return 0 }
      out.write("HTTP/1.1 ")
      for divisor in [100, 10] where code < divisor { out.write("0") }
      out.writeDecimal(code)
      out.write(" ")
      phrase.withUTF8 { out.writeText($0) }
      out.writePair(.carriageReturn, .lineFeed)
      return out.count
    }
  }

  /// Appends a copy of `bytes`: what `writeImmutableBuffer` does, at a third of its price for the few
  /// bytes of most answers.
  public static func writeBody(_ bytes: ByteBuffer, into buffer: inout ByteBuffer) {
    bytes.withUnsafeReadableBytes { bytes in
      _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count) { memory in
        memory.copyMemory(from: bytes)
        return bytes.count
      }
    }
  }

  /// Appends an interim response, RFC 9110 section 15.2: `100 Continue`, or 103 with its fields.
  ///
  /// Framing fields are left out. Nothing may be sent so to HTTP/1.0.
  public static func writeInformational(
    _ status: HTTPResponse.Status, _ fields: HTTPFields = [:], into buffer: inout ByteBuffer
  ) {
    writeHead(status, fields, framing: .none, date: nil, into: &buffer)
  }
}
