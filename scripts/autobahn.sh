#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Runs all cases of the Autobahn test suite against EchoServer, or those asked for, in full:
# `scripts/autobahn.sh '6.*' 9.1.1`. `make interop` runs them too, but repeats less.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

python_environment

read -r -a flags <<<"${SWIFT_FLAGS:-}"
build=(swift build -c "${CONFIGURATION:-debug}" ${flags[@]+"${flags[@]}"})
"${build[@]}" --product EchoServer
echo_server=$("${build[@]}" --show-bin-path)/EchoServer

say "running the suite against $echo_server"
cd Tests/Interop
exec ../../.venv/bin/python -m conformance "$echo_server" "$@"
