# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The Autobahn test suite for WebSocket servers, without the Python 2 and the Twisted that it needs.

The cases are those of the package `autobahntestsuite`, unchanged; `suite` loads them, `peer` is the
client that they drive, and `verdicts` runs them and says what came of it.
"""
