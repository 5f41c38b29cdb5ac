# make help lists the targets.
SHELL := /bin/bash
GO ?= go

.PHONY: help demo build test bench bench-peers lint tools

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## a made-up company through the whole loop, then its pages on localhost
	$(GO) run ./cmd/postlift demo

build: ## one static binary in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o bin/postlift ./cmd/postlift

test: ## every test; installs what is missing on Debian, starts private PostgreSQL and Redis
	./scripts/test.sh

bench: ## the stated speeds beside their yardsticks
	$(GO) test -run '^$$' -bench . -benchtime 1s ./...
	$(GO) run ./cmd/postlift bench import
	$(GO) run ./cmd/postlift bench render

bench-peers: ## the reference letter beside ReportLab and headless Chromium, which it installs on Debian
	./scripts/bench-peers.sh

lint: ## go vet, gofmt and golangci-lint (installed into .cache on first use)
	./scripts/lint.sh
