#!/usr/bin/env bash
# Prints the reference letter with postlift, ReportLab and headless Chromium in one run and compares processor seconds
# of whole process trees. Wants nothing else to run on the machine. Debian only: it installs the two as root.
#
#   LETTERS_REPORTLAB (2000) and LETTERS_CHROMIUM (200) are how many letters each of them prints.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
/usr/bin/python3 -c 'import reportlab' 2>/dev/null || missing+=(python3-reportlab python3-reportlab-accel)
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "missing: ${missing[*]} (install them, or run as root on Debian)" >&2; exit 1
  fi
  echo "installing: ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fonts=$PWD/templates/fonts peers=scripts/peers python=/usr/bin/python3
measure() { "$python" "$peers/measure.py" "$@"; }
# tag NUMBER adds the number of letters to a measurement.
tag() { "$python" -c 'import json,sys; d=json.load(sys.stdin); d["letters"]=int(sys.argv[1]); print(json.dumps(d))' "$1"; }

echo "building …" >&2
CGO_ENABLED=0 "${GO:-go}" build -trimpath -o "$dir/postlift" ./cmd/postlift

echo "postlift, 5000 letters …" >&2
GOMAXPROCS=1 "$dir/postlift" bench render --step press --json > "$dir/ours.json"
# the whole process, start and end included
GOMAXPROCS=1 measure "$dir/postlift" bench render --step press --runs 1 --out "$dir/ours.pdf" > "$dir/postlift-run.json"

n=${LETTERS_REPORTLAB:-2000}
echo "ReportLab, $n letters …" >&2
"$dir/postlift" bench render --peers "$dir/many" --pieces "$n"
"$dir/postlift" bench render --peers "$dir/one" --pieces 1
measure "$python" "$peers/reportlab_letters.py" "$dir/one" "$fonts" "$dir/reportlab.pdf" | tag 1 > "$dir/reportlab-one.json"
measure "$python" "$peers/reportlab_letters.py" "$dir/many" "$fonts" "$dir/reportlab.pdf" | tag "$n" > "$dir/reportlab.json"

n=${LETTERS_CHROMIUM:-200}
echo "Chromium, $n letters …" >&2
"$dir/postlift" bench render --peers "$dir/many" --pieces "$n"
chromium=(chromium --headless --disable-gpu --no-first-run --no-pdf-header-footer "--user-data-dir=$dir/profile")
[ "$(id -u)" != 0 ] || chromium+=(--no-sandbox) # its sandbox refuses root
for which in one many; do "$python" "$peers/chromium_page.py" "$dir/$which" "$fonts" "$dir/$which.html"; done
measure "${chromium[@]}" "--print-to-pdf=$dir/chromium.pdf" "file://$dir/one.html" > /dev/null # makes its profile
measure "${chromium[@]}" "--print-to-pdf=$dir/chromium.pdf" "file://$dir/one.html" | tag 1 > "$dir/chromium-one.json"
measure "${chromium[@]}" "--print-to-pdf=$dir/chromium.pdf" "file://$dir/many.html" | tag "$n" > "$dir/chromium.json"

"$python" "$peers/compare.py" "$dir"
