// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The names in a path, without those that change nothing.
func pathSegments(_ path: some StringProtocol) -> [String] {
  path.utf8.split(separator: UInt8(ascii: "/")).compactMap { segment in
    segment.elementsEqual(".".utf8) ? nil : String(decoding: segment, as: UTF8.self)
  }
}

/// The working directory of the process.
///
/// - Throws: ``StaticFilesError/noWorkingDirectory`` when it was deleted or may not be read.
func currentDirectory() throws(StaticFilesError) -> String {
  guard let path = getcwd(nil, 0) else { throw .noWorkingDirectory }
  defer { free(path) }
  return String(cString: path)
}
