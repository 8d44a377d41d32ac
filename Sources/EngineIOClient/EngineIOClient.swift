// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// A client of Engine.IO, protocol version 4.
public final class EngineIOClient: Sendable {
}
