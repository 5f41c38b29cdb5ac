#!/usr/bin/env bash
# go vet, gofmt and golangci-lint with .golangci.yml; the linter is built once into .cache.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v2.15.0
bin="$PWD/.cache/golangci-lint-$version"
if [ ! -x "$bin/golangci-lint" ]; then
  GOBIN="$bin" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
unformatted=$(git ls-files '*.go' | xargs -r gofmt -l)
if [ -n "$unformatted" ]; then echo "not gofmt-ed: $unformatted" >&2; exit 1; fi
go vet ./...
"$bin/golangci-lint" run ./...
