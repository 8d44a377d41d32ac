// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Opens the browser that whoever works here likes best.
enum Browser {
  #if os(Linux)
    private static let opener = "xdg-open"
  #else
    private static let opener = "open"
  #endif

  /// Opens a URL, and waits as long as the opener runs.
  ///
  /// - Returns: what went wrong, and what to do about it; nil: nothing.
  static func open(_ url: String) async -> String? {
    let advice = "open \(url) by hand."
    guard let process = spawn([opener, url]) else {
      return "No browser opens, because there is no program \(opener); " + advice
    }
    var status: CInt = 0
    // Some openers last as long as the browser; no thread is to wait for them.
    while waitpid(process, &status, WNOHANG) == 0 {
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return nil }
    }
    return status == 0 ? nil : "No browser opens: \(opener) failed; " + advice
  }

  /// Starts a program of the search path without input and output.
  private static func spawn(_ arguments: [String]) -> pid_t? {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    #if canImport(Darwin)
      let environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = nil  // this one's
    #else
      let environment = environ
    #endif
    let code = posix_spawnp(&process, arguments[0], &actions, nil, &words, environment)
    return code == 0 ? process : nil
  }
}
