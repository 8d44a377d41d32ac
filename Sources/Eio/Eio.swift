// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser

@main
struct Eio: AsyncParsableCommand {
  func run() async throws {
  }
}
