#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Tests the programs against real peers: python-engineio, curl, raw sockets and Chromium. Brings what
# is missing (Python packages into .venv, the browser through apt-get), builds, and runs pytest with
# whatever arguments it was given: `scripts/interop.sh -k chat -x`.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

# Peers

has curl || install curl curl
python3 -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
  install "Python 3.10 or newer with venv" python3 python3-venv

requirements=Tests/Interop/requirements.txt
if ! .venv/bin/python -c '' 2>/dev/null || ! cmp -s "$requirements" .venv/requirements.txt; then
  say "making the Python environment .venv"
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$requirements"
  cp "$requirements" .venv/requirements.txt # last, so that a half-made environment is made again
fi

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
for program in EchoServer ChatApp; do "${build[@]}" --product "$program"; done
programs=$("${build[@]}" --show-bin-path)

say "running Tests/Interop against $programs"
exec .venv/bin/python -m pytest -c Tests/Interop/pytest.ini --rootdir Tests/Interop --programs "$programs" Tests/Interop "$@" </dev/null
