# shellcheck shell=bash
# Sourced by ./test: Chromium for the journeys.

# What is missing of Debian's, where we may; whoever needs it later says what went wrong.
debian_packages() {
  debian_root || return 0
  has_browser || install_browser || true
  [ -n "${TEST_POSTGRES_URL:-}" ] || install_postgres || true
  has_node || install_node || true
}

has_browser() { [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ]; }

install_browser() {
  say "Installing Debian's chromium …"
  debian_install chromium fonts-dejavu-core
}

browser() {
  if debian_root && ! .venv/bin/python -m playwright --version >/dev/null 2>&1; then
    debian_install libatomic1 # playwright's own node needs it, and says so only by dying
  fi
  if has_browser; then return; fi
  if debian_root; then
    install_browser
  else
    .venv/bin/python -m playwright install chromium
  fi
}
