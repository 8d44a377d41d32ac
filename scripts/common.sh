# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Sourced by the other scripts: how they speak, and how they install Debian and Python packages.

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

# python_environment: .venv, with the packages that Tests/Interop needs.
python_environment() {
  python3 -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    install "Python 3.10 or newer with venv" python3 python3-venv

  local tests=Tests/Interop wanted
  wanted=$(cat $tests/requirements.txt $tests/conformance/requirements.txt $tests/version3/requirements.txt)
  if ! .venv/bin/python -c '' 2>/dev/null || [ "$wanted" != "$(cat .venv/requirements.txt)" ]; then
    say "making the Python environment .venv"
    rm -rf .venv
    python3 -m venv .venv
    local pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input)
    "${pip[@]}" -r $tests/requirements.txt
    "${pip[@]}" --no-deps -r $tests/conformance/requirements.txt
    "${pip[@]}" --no-deps --target .venv/version3 -r $tests/version3/requirements.txt
    echo "$wanted" >.venv/requirements.txt # last, so that a half-made environment is made again
  fi
}
