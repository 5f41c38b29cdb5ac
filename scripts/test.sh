#!/usr/bin/env bash
# Runs every test as CI does: with PostgreSQL, Redis and the tools that check produced PDFs.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need redis-server redis-server
need qpdf qpdf
need pdftotext poppler-utils
need zbarimg zbar-tools
need gs ghostscript
need mutool mupdf-tools
need dmtxread dmtx-utils
need rsvg-convert librsvg2-bin
need transicc liblcms2-utils
need hb-shape libharfbuzz-bin
need zint zint
[ -e /usr/share/color/icc/colord/AdobeRGB1998.icc ] || missing+=(colord-data)
need make make
need gcc gcc
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "missing: ${missing[*]} (install them, or run as root on Debian)" >&2; exit 1
  fi
  echo "installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

. scripts/services.sh

unformatted=$(git ls-files '*.go' | xargs -r gofmt -l)
if [ -n "$unformatted" ]; then echo "not gofmt-ed: $unformatted" >&2; exit 1; fi
go mod tidy -diff
go vet ./...
go test -timeout 12m "$@" ./...
