# shellcheck shell=bash
# Sourced by ./demo and ./test: a virtual environment with pinned requirements, made when missing, renewed when changed.

say() { printf '%s\n' "$*" >&2; }

# A distribution's Python comes first where it is complete: it is built to be fast, by a third here, a version manager's is not.
find_python() {
  local candidate
  if /usr/bin/python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    printf '%s\n' /usr/bin/python3
    return
  fi
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  say "TimeTuna needs Python 3.11 or newer, and none was found. Install it (https://www.python.org/downloads/) and try again."
  return 1
}

debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# Installs Debian packages, with the lists fetched once a run.
debian_install() {
  if [ -z "${debian_lists:-}" ]; then
    apt-get update -q >/dev/null
    debian_lists=fresh
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

make_venv() {
  local python version
  python="$(find_python)"
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    if debian_root; then
      say "Installing Debian's python$version-venv …"
      debian_install "python$version-venv"
    else
      say "Python's venv is missing. On Debian or Ubuntu: sudo apt-get install python$version-venv. Then try again."
      return 1
    fi
  fi
  "$python" -m venv --clear .venv
}

checksum() {
  cat "$@" | if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

virtual_environment() {
  if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    say "Making a virtual environment in .venv …"
    make_venv
  fi
}

# environment FILE: installs exactly what FILE pins, unless that (or more) is there already, and compiles what is translated.
environment() {
  local wanted stamp
  virtual_environment
  wanted="$(checksum "$1")"
  stamp=".venv/installed-$(basename "$1")"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "Installing what $1 pins …"
    .venv/bin/python -m pip install -q -q --no-compile --no-deps --disable-pip-version-check --no-input --require-hashes -r "$1"
    rm -f .venv/installed-*
    printf '%s\n' "$wanted" >"$stamp"
    if [ "$(basename "$1")" = test.txt ]; then checksum requirements/base.txt >.venv/installed-base.txt; fi
  fi
  .venv/bin/python -m timetuna.l10n.catalogues
}
