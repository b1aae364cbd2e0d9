# Everything a fresh Debian machine with a Swift toolchain needs to build, run and test Skerry.
# `make help` lists the targets. Each step looks before it acts, so a second run costs a second.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What the product links against, and what the tests run beside it.
BUILD_PACKAGES := pkg-config libssl-dev zlib1g-dev libbrotli-dev libzstd-dev libsqlite3-dev
TEST_PACKAGES := $(BUILD_PACKAGES) curl nghttp2-client openssl rclone chromium hugo python3 python3-venv

# The S3 clients of the end-to-end tests, from PyPI.
AWSCLI_VERSION := 1.45.11
BOTO3_VERSION := 1.43.11

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: run
run: packages-build ## build the release product and start the origin, the edge and the demo sites
	@swift build -c release --static-swift-stdlib --product skerry
	@exec .build/release/skerry up $(ARGS)

.PHONY: build
build: packages-build ## build everything for debugging
	@swift build

.PHONY: test
test: packages-test python-doc ceph venv ## build and run every test; installs the clients the tests use
	@swift build --build-tests
	@swift test --disable-xctest $(if $(FILTER),--filter '$(FILTER)')

.PHONY: bench
bench: packages-build ## CPU time of a cache hit beside nginx, in one run
	@scripts/system-packages nginx-light wrk curl python3
	@swift build -c release --static-swift-stdlib --product skerry
	@Benchmarks/hit-cpu $(ARGS)

.PHONY: check-deps
check-deps: ## say which system packages are missing, installing nothing
	@scripts/system-packages --check $(TEST_PACKAGES)

.PHONY: clean
clean: ## remove what builds, tests and runs left behind (.build, .venv, .skerry)
	@rm -rf .build .venv .skerry

.PHONY: packages-build packages-test python-doc ceph venv
packages-build:
	@scripts/system-packages $(BUILD_PACKAGES)

packages-test:
	@scripts/system-packages $(TEST_PACKAGES)

python-doc:
	@scripts/python-documentation

ceph:
	@scripts/ceph

venv:
	@scripts/python-clients awscli==$(AWSCLI_VERSION) boto3==$(BOTO3_VERSION)
