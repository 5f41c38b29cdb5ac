# Starts a private PostgreSQL and a private Redis on free loopback ports in a temporary folder and stops
# them when the calling script ends. Source it: it sets POSTLIFT_TEST_DATABASE_URL and
# POSTLIFT_TEST_REDIS_URL.
set -euo pipefail

services_dir=$(mktemp -d "${TMPDIR:-/tmp}/postlift-services.XXXXXX")
services_pids=()

free_port() {
  # Bash's /dev/tcp fails to connect where nobody listens: take the first such port of a random walk.
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 20000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
  echo "no free port found" >&2; return 1
}

stop_services() {
  local pid
  for pid in "${services_pids[@]}"; do kill -INT "$pid" 2>/dev/null || true; done # PostgreSQL: without waiting for clients
  for pid in "${services_pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$services_dir"
}
trap stop_services EXIT
trap 'exit 130' INT TERM

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
pg_port=$(free_port)
mkdir -p "$services_dir/pg"
as_pg=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  chmod 755 "$services_dir"; chown postgres "$services_dir/pg"
  as_pg=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
"${as_pg[@]}" "$pg_bin/initdb" -D "$services_dir/pg/data" -U postlift -A trust -E UTF8 --locale=C.UTF-8 >"$services_dir/initdb.log" 2>&1
"${as_pg[@]}" "$pg_bin/postgres" -D "$services_dir/pg/data" -p "$pg_port" -k "$services_dir/pg" \
  -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
  -c shared_buffers=256MB -c max_connections=200 >"$services_dir/pg.log" 2>&1 &
services_pids+=($!)

redis_port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --maxmemory-policy noeviction \
  --dir "$services_dir" >"$services_dir/redis.log" 2>&1 &
services_pids+=($!)

for _ in $(seq 150); do
  if "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$pg_port" -U postlift && redis-cli -p "$redis_port" ping >/dev/null 2>&1; then
    services_ready=yes; break
  fi
  sleep 0.2
done
if [ "${services_ready:-}" != yes ]; then
  cat "$services_dir"/*.log >&2; echo "PostgreSQL or Redis did not start" >&2; exit 1
fi
"$pg_bin/createdb" -h 127.0.0.1 -p "$pg_port" -U postlift postlift_test

export POSTLIFT_TEST_DATABASE_URL="postgres://postlift@127.0.0.1:$pg_port/postlift_test?sslmode=disable"
export POSTLIFT_TEST_REDIS_URL="redis://127.0.0.1:$redis_port"
