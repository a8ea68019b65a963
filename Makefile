# `make` lists what there is. On a Debian machine with a Rust toolchain each target installs what it
# needs first (scripts/setup); after the first time that costs milliseconds.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Tools that scripts/setup fetched come first.
export PATH := $(CURDIR)/.tools/bin:$(PATH):/usr/sbin:/sbin
# npm trusts whom the machine trusts (a proxy with a certificate of its own, say).
export NODE_EXTRA_CA_CERTS ?= $(wildcard /etc/ssl/certs/ca-certificates.crt)

WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/dist-client/*' 2>/dev/null)
BROWSER_TESTS := tests/browser/node_modules/.package-lock.json tests/browser/lighthouse/node_modules/.package-lock.json
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: help run build web check test faults fuzz measure screenshots image test-compose setup-run setup-check \
    setup-fuzz setup-test

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build and start Parlour, with a Janus of its own under it; LAN=1: for everybody in the house
	@exec scripts/run

build: setup-run web ## build the page and the binary (target/release/parlour)
	@cargo build --release --locked

web: web/dist/index.html ## build the page (web/dist)

check: setup-check web/node_modules/.package-lock.json ## formatting, lints, what comes in from others, types
	cargo fmt --check
	cargo clippy --all-targets --all-features --locked -- -D warnings
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	@scripts/audit
	npm --prefix web run --silent check
	web/node_modules/.bin/biome check --config-path=web/biome.json tests/browser scripts

test: setup-test check web $(BROWSER_TESTS) ## check, then all tests: Rust, page, browsers
	@scripts/test

faults: setup-test web $(BROWSER_TESTS) ## every fault of docs/faults.md, and a table of what was seen; ALL=1: the long forms too
	@cargo build --locked --features failpoints
	@scripts/faults

fuzz: setup-fuzz ## fuzz what reads foreign input; TIME=300: seconds for each target
	@TIME=$(or $(TIME),60) scripts/fuzz $(TARGET)

measure: setup-test web $(BROWSER_TESTS) ## measure what it promises, with the binary that is built
	@scripts/measure

screenshots: setup-test tests/browser/node_modules/.package-lock.json ## take the pictures of docs/, with the binary that is built
	@scripts/screenshots

image: ## build the two container images: parlour, parlour-janus
	docker compose build

test-compose: setup-test tests/browser/node_modules/.package-lock.json ## start the compose stack, call through it, run the Janus tests on its Janus
	@scripts/test-compose

setup-run:
	@scripts/setup run

setup-check:
	@scripts/setup check

setup-fuzz:
	@scripts/setup fuzz

setup-test:
	@scripts/setup test

# Order-only on the set-up: it runs each time, and makes nothing out of date.
%/node_modules/.package-lock.json: %/package-lock.json %/package.json | setup-run
	@cd $* && $(NPM_CI)
	@touch $@

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json | setup-run
	@npm --prefix web run --silent build
	@touch $@
