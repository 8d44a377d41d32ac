#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Tests the programs against real peers: python-engineio, curl, raw sockets, the Autobahn test suite
# and Chromium, and fuzzes the parsers for some seconds. Brings what is missing (Python packages into .venv, the browser through apt-get),
# builds, and runs pytest with whatever arguments it was given: `scripts/interop.sh -k chat -x`.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

# Peers

has curl || install curl curl
python_environment

browser() { has chromium || has chromium-browser || has google-chrome; }
if ! browser || ! has chromedriver; then
  # Ubuntu's packages of that name only point to a snap, which does not install everywhere.
  [ "$(debian_like)" != ubuntu ] ||
    fail "please install Chromium (or Chrome) and its chromedriver, then run this again (only Debian has packages of them)"
  install Chromium chromium chromium-driver
fi

# Programs

configuration=${CONFIGURATION:-debug}
read -r -a flags <<<"${SWIFT_FLAGS:-}"
build=(swift build -c "$configuration" ${flags[@]+"${flags[@]}"})
programs=(EchoServer ChatApp serve eio RequestFuzzer PayloadFuzzer FileFuzzer)
for program in "${programs[@]}"; do "${build[@]}" --product "$program"; done
folder=$("${build[@]}" --show-bin-path)

say "running Tests/Interop against $folder"
exec .venv/bin/python -m pytest -c Tests/Interop/pytest.ini --rootdir Tests/Interop --programs "$folder" Tests/Interop "$@" </dev/null
