// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser
import Foundation

/// Starts a program that may run on one processor only.
func start(
  _ path: String, _ arguments: [String], on processor: Int, output: Pipe? = nil
) throws -> Process {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["taskset", "-c", String(processor), path] + arguments
  process.standardOutput = output ?? FileHandle.nullDevice
  process.standardError = output == nil ? FileHandle.nullDevice : FileHandle.standardError
  try process.run()
  return process
}

/// Waits until a server listens.
func waitForPort(_ port: String, of name: String) throws {
  for _ in 0..<100 {
    if canConnect(to: UInt16(port) ?? 0) { return }
    Thread.sleep(forTimeInterval: 0.1)
  }
  throw ValidationError("\(name) does not listen.")
}

/// The numbers that a program printed, once it is over.
func readNumbers(from output: Pipe) -> [Double] {
  String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
}

/// User and system time of a process, in seconds.
func processorTime(of process: Int32) -> Double {
  guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
    let afterName = line.lastIndex(of: ")")
  else { return 0 }
  // Fields 14 and 15 of the line; the name before the parenthesis is field 2.
  let fields = line[line.index(after: afterName)...].split(separator: " ")
  guard fields.count > 12 else { return 0 }
  let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
  return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
}

/// Whether something listens on a port of this machine.
func canConnect(to port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

extension [Double] {
  /// The middle value.
  var median: Double {
    isEmpty ? 0 : sorted()[count / 2]
  }
}

extension Double {
  func formatted(_ digits: Int) -> String {
    String(format: "%.\(digits)f", self)
  }
}

extension String {
  func padded(to length: Int) -> String {
    padding(toLength: length, withPad: " ", startingAt: 0)
  }
}
