#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Makes sure that the package can be built: a Swift toolchain has to be there already, the rest is
# installed where it is missing and where apt-get can. Does nothing, quickly, when all is there.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

wanted=$(sed -n '1s|^// swift-tools-version: *||p' Package.swift)
has swift || fail "no Swift toolchain found: install Swift $wanted or newer from https://www.swift.org/install and put its 'usr/bin' on the PATH"
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
oldest=$(printf '%s\n%s\n' "$wanted" "${version:-0}" | sort -V | head -n 1)
[ "$oldest" = "$wanted" ] || fail "Swift ${version:-of an unknown version} found, but $wanted or newer is needed: https://www.swift.org/install"

# Whether a C header is found, wherever this system keeps it.
header() {
  if has clang; then
    printf '#include <%s>\n' "$1" | clang -E -x c - >/dev/null 2>&1
  else
    [ -e "/usr/include/$1" ]
  fi
}

missing=() packages=()
needs() {
  missing+=("$1")
  packages+=("$2")
}
header stdio.h || needs "the C library's headers" libc6-dev
header zlib.h || needs "zlib's headers" zlib1g-dev
has git || needs "git (SwiftPM fetches with it)" git
if [ "$(uname)" = Linux ] && [ -n "$(debian_like)" ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
  needs "TLS root certificates" ca-certificates
fi

if [ ${#missing[@]} -gt 0 ]; then
  why=$(printf '%s, ' "${missing[@]}")
  install "${why%, }" "${packages[@]}"
  header zlib.h || fail "zlib.h is still not found, though it was installed"
fi
say "Swift $version and all that the build needs are here"
