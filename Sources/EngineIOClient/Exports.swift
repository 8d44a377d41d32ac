// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// Messages, reasons and errors are part of this target's API.
@_exported public import EngineIO
