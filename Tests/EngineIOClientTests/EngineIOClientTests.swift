// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIOClient
import Testing
