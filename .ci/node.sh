# shellcheck shell=bash
# Sourced by ./test: Node.js, in which some of those run that speak with the product.

has_node() { command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; }

install_node() {
  say "Installing Debian's nodejs and npm …"
  debian_install nodejs npm
}
