#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Lets clients talk, upgrade, vanish and come back by chance for SOAK_SECONDS, and checks that every
# message arrives once. SOAK_SEED makes the choices of another run, as far as the peers' speed allows. `make interop` does it briefly.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

python_environment

read -r -a flags <<<"${SWIFT_FLAGS:-}"
build=(swift build -c "${CONFIGURATION:-debug}" ${flags[@]+"${flags[@]}"})
for program in EchoServer eio; do "${build[@]}" --product "$program"; done
programs=$("${build[@]}" --show-bin-path)

say "soaking $programs/EchoServer for ${SOAK_SECONDS:-10} seconds"
exec .venv/bin/python -m pytest -c Tests/Interop/pytest.ini --rootdir Tests/Interop --programs "$programs" -s Tests/Interop/test_soak.py "$@" </dev/null
