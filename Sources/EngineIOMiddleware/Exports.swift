// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// Messages, reasons and session ids are part of this target's API.
@_exported public import EngineIO
