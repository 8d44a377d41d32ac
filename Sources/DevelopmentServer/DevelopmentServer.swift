// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// What `serve` runs.
public struct DevelopmentServer: Sendable {
}
