# Sourced by bin/test: finds a PostgreSQL to test on. The running server when it lets us in,
# else a throw-away cluster of our own that stops when the script ends.

postgresql_url() {
  local given=${PERENNE_TEST_POSTGRESQL_URL:-} user
  if [ -n "$given" ]; then
    printf '%s\n' "$given"
    return
  fi
  for user in postgres "$(id -un)"; do
    if postgresql_answers "postgresql://$user@127.0.0.1:5432/postgres"; then
      printf 'postgresql://%s@127.0.0.1:5432/postgres\n' "$user"
      return
    fi
  done
  throwaway_cluster
}

postgresql_answers() {
  "$python" - "$1" <<'PY' 2>/dev/null
import sys

import psycopg

with psycopg.connect(sys.argv[1], connect_timeout=3) as connection:
    row = connection.execute(
        "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
sys.exit(0 if row and row[0] else 1)
PY
}

throwaway_cluster() {
  local bin folder as=()
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
  if [ ! -x "$bin/initdb" ]; then
    say "PostgreSQL is missing: the tests run on it as well as on SQLite."
    say "On Debian or Ubuntu: sudo apt-get install postgresql"
    exit 1
  fi
  folder=$PERENNE_DATA/postgresql
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as=(runuser -u postgres --)
  fi
  if [ ! -d "$folder/data" ]; then
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust >/dev/null
  fi
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" start >/dev/null \
    -o "-p 54329 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off"
  printf 'postgresql://postgres@127.0.0.1:54329/postgres\n'
}
