// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes reports, each as a whole: messages to standard output, everything else to standard error; in
/// JSON all of it to standard output.
final class Printer: Sendable {
  enum Format: Equatable {
    case plain(BinaryEncoding, isColoured: Bool)
    /// Messages of the server only, and nothing with them.
    case bare(BinaryEncoding)
    case json
  }

  private let format: Format
  private let output: Int32
  private let errors: Int32
  private let begin = ContinuousClock.now
  /// Whether nobody reads the output any more.
  private let broken = Mutex(false)

  init(_ format: Format, output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO) {
    self.format = format
    self.output = output
    self.errors = errors
  }

  var isBroken: Bool { broken.withLock { $0 } }

  func print(_ report: Report) {
    switch format {
    case .json:
      write(JSONLine(report, at: begin.duration(to: .now)).text + "\n", to: output)
    case .bare(let encoding):
      switch report {
      case .received(.text(let text)): write(text + "\n", to: output)
      case .received(.binary(let bytes)): write(encoding.encode(bytes) + "\n", to: output)
      default:
        let line = PlainLine(report, encoding: encoding)
        if line.kind == .problem { write("eio: " + line.text + "\n", to: errors) }
      }
    case .plain(let encoding, let isColoured):
      // It stands there already.
      if case .sent(_, isTyped: true) = report { return }
      let line = PlainLine(report, encoding: encoding)
      write(
        line.text(isColoured: isColoured) + "\n", to: line.kind == .received ? output : errors)
    }
  }

  private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      // The lock keeps lines of several tasks apart.
      broken.withLock { isBroken in
        var written = 0
        while written < bytes.count {
          let count = systemWrite(
            descriptor, bytes.baseAddress! + written, bytes.count - written)
          if count > 0 {
            written += count
          } else if errno != EINTR {
            if descriptor == output { isBroken = true }
            return
          }
        }
      }
    }
  }
}

/// `write`, whose name a method has here.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

extension PlainLine {
  /// The line with its mark, and all of it in one colour.
  func text(isColoured: Bool) -> String {
    let (mark, colour) =
      switch kind {
      case .received: ("<", "32")
      case .sent: (">", "36")
      case .status: ("*", "2")
      case .problem: ("!", "31")
      }
    let shown =
      mark + " "
      + text.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\n  ")
    return isColoured ? "\u{1b}[\(colour)m\(shown)\u{1b}[0m" : shown
  }
}
