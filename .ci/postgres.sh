# shellcheck shell=bash
# Sourced by ./test: a PostgreSQL to test on. The one at $TEST_POSTGRES_URL where it answers, else a throw-away one.

postgres_binaries() {
  local folder newest=""
  if command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1; then
    dirname "$(command -v initdb)"
    return
  fi
  for folder in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    if [ -x "$folder/initdb" ]; then newest="$folder"; fi
  done
  printf '%s' "$newest"
}

answers() {
  [ -n "$1" ] && .venv/bin/python -c 'import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=3).close()' "$1" 2>/dev/null
}

# As ourselves, or, since PostgreSQL refuses to run as root, as an account without rights.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$postgres_account" -- "$@"; else "$@"; fi
}

# Debian's, where there is none and we may; without a cluster of its own: the throw-away one below is all that is needed.
install_postgres() {
  if [ -n "$(postgres_binaries)" ] || ! debian_root; then return; fi
  say "Installing Debian's postgresql …"
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
  debian_install postgresql
}

start_postgres() {
  local binaries port
  if answers "${TEST_POSTGRES_URL:-}"; then return; fi
  install_postgres
  binaries="$(postgres_binaries)"
  if [ -z "$binaries" ]; then
    say "PostgreSQL is missing: install it (Debian: sudo apt-get install postgresql), or set TEST_POSTGRES_URL."
    return 1
  fi
  postgres_account="$(id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody)"
  postgres_folder="$(mktemp -d "${TMPDIR:-/tmp}/timetuna-postgres.XXXXXX")"
  if [ "$(id -u)" = 0 ]; then chown "$postgres_account" "$postgres_folder"; fi
  postgres_binaries_found="$binaries"
  port="$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  (
    cd "$postgres_folder" || exit 1
    unprivileged "$binaries/initdb" -D data -U timetuna -A trust -E UTF8 --locale=C --no-sync >/dev/null
    unprivileged "$binaries/pg_ctl" -D data -w -l log start -o "-p $port -k '$postgres_folder' -c listen_addresses=127.0.0.1 \
-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" >/dev/null
  )
  TEST_POSTGRES_URL="postgres://timetuna@127.0.0.1:$port/postgres"
  export TEST_POSTGRES_URL
}

stop_postgres() {
  if [ -z "${postgres_folder:-}" ]; then return; fi
  (cd "$postgres_folder" && unprivileged "$postgres_binaries_found/pg_ctl" -D data -m immediate -w stop >/dev/null 2>&1) || true
  rm -rf "$postgres_folder"
  postgres_folder=""
}
