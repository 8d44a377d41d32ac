// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import ArgumentParser

/// Measures this project's programs against others, in alternating rounds. Machines differ and are
/// noisy: the ratios are what counts.
@main
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Compare", abstract: "Compares speed, in alternating rounds.",
    subcommands: [CompareServers.self, CompareClients.self], defaultSubcommand: CompareServers.self)
}
