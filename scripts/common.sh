# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Sourced by the other scripts: how they speak, and how they install Debian packages.

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The name of the distribution if its packages are Debian's, else nothing.
debian_like() {
  has apt-get && [ -r /etc/os-release ] || return 0
  (. /etc/os-release && case " $ID ${ID_LIKE-} " in *" debian "* | *" ubuntu "*) echo "$ID" ;; esac)
}

# install WHY PACKAGE...: through apt-get, as root or with sudo; says what to do where it cannot.
install() {
  local why=$1
  shift
  local manual="please install $why yourself (on Debian and Ubuntu: apt-get install $*), then run this again"
  [ -n "$(debian_like)" ] || fail "$why missing, and this is neither Debian nor Ubuntu: $manual"

  local root=()
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "$why missing, and I am neither root nor is there sudo: $manual"
    root=(sudo)
    # Nobody can type a password where nobody is.
    if [ ! -t 0 ]; then root=(sudo -n); fi
    "${root[@]}" true || fail "$why missing, and sudo was refused: $manual"
  fi

  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  say "installing $why: $*"
  "${apt[@]}" update </dev/null || say "apt-get update failed; trying with the package lists there are"
  "${apt[@]}" install -y --no-install-recommends "$@" </dev/null || fail "apt-get could not install $*: $manual"
}
