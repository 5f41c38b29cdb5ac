#!/usr/bin/env bash
# Makes the pictures of README.md from a demo of its own: needs chromium, pdftoppm and rsvg-convert.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
go build -o "$dir/postlift" ./cmd/postlift
POSTLIFT_PUBLIC_ADDR=127.0.0.1:0 POSTLIFT_STAFF_ADDR=127.0.0.1:0 \
  "$dir/postlift" demo --dir "$dir/demo" >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in $(seq 300); do
  staff=$(sed -n 's/^pages for people *//p' "$dir/err"); [ -n "$staff" ] && break; sleep 0.2
done
public=$(sed -n 's/^tracking links *//p' "$dir/err"); public=${public%/r/*}
shot() { # URL FILE WIDTH,HEIGHT
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$dir/browser" \
    --window-size="$3" --screenshot="$2" "$1" >/dev/null 2>&1
}
mkdir -p docs/images
shot "$staff/" docs/images/overview.png 1100,640
shot "$staff/accounts/K-100265" docs/images/account.png 1100,1250
shot "$staff/clv/segments" docs/images/segments.png 1100,1250
shot "$staff/clv/models" docs/images/models.png 1100,1250
shot "$staff/results/across" docs/images/across.png 1200,1300
shot "$staff/learning" docs/images/learning.png 1200,1300
shot "$staff/clv/bridge" docs/images/bridge.png 1200,1300 # begins the work
sleep 5
shot "$staff/clv/bridge" docs/images/bridge.png 1200,1300
token=$(grep -o 'http://[^,]*/r/[0-9A-Z]*' "$dir"/demo/files/batches/bt_*/manifest.csv | head -1)
shot "$public/l/${token##*/}" docs/images/landing.png 800,760
shot "file://$dir/demo/uplift-en.html" docs/images/uplift.png 1100,1400
batch=$(ls -d "$dir"/demo/files/batches/bt_*)
pdftoppm -r 60 -png -singlefile -f 2 -l 2 "$batch/letters-0001.pdf" docs/images/letter

# Every shipped design in both languages, a picture for each page.
for design in letter-a letter-b winback owner invitation renewal notice postcard card-long; do
  "$dir/postlift" design preview "$design" --out "$dir/look" >/dev/null
  for svg in "$dir/look/$design"-*.svg; do
    name=$(basename "$svg" .svg)
    rsvg-convert --width 620 --background-color white "$svg" -o "docs/images/design-${name/-present/}.png"
  done
done
