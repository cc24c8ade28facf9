# One word for each thing a newcomer wants. Every target is a thin line over cargo or the binary.
# Servers: what LEADMILL_DATABASE__URL and LEADMILL_BROKER__URL name, else what runs at the
# customary local ports, else private ones in .leadmill (LEADMILL_SERVERS=private: always those).

SHELL := /bin/bash
LEADMILL := target/debug/leadmill
# Queries are checked against the committed .sqlx, so that building needs no database.
export SQLX_OFFLINE := true

.DEFAULT_GOAL := help
.PHONY: help demo up down test clients planted servers-check release-check check build tools

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Run leads through the whole pipeline and show what came out
	@$(LEADMILL) demo

up: build ## Find or start PostgreSQL and RabbitMQ, ready for `leadmill run`
	@$(LEADMILL) up

down: build ## Stop the private servers; their data stays in .leadmill
	@$(LEADMILL) down

# Which tests are run, as nextest names sets of them; .ci/run asks for the long ones apart.
TESTS ?= all()

# Built by the same command that runs the tests, so that nothing is compiled twice. Two tests at once for
# each core: most of them wait for servers.
test: tools ## Run all tests on real servers
	@cargo test --workspace --no-run
	@servers=$$($(LEADMILL) up --servers --env --quiet) && eval "$$servers" && \
	if cargo nextest --version >/dev/null 2>&1; \
	then cargo nextest run --workspace --no-fail-fast --test-threads $$((2 * $$(getconf _NPROCESSORS_ONLN))) -E '$(TESTS)' && cargo test --workspace --doc; \
	else cargo test --workspace; fi

# With the features of the whole workspace, as the tests have, so that nothing is compiled twice.
clients: tools ## Push leads and read invoices from Python and JavaScript (fetches their packages)
	@cargo test --workspace --test clients --no-run
	@servers=$$($(LEADMILL) up --servers --env --quiet) && eval "$$servers" && cargo test --workspace --test clients

# A build of its own that no release is made from, and some ten minutes: not a part of .ci/run.
planted: tools ## Plant bugs, and see that the selftest finds each of them
	@cargo build --features planted-bugs
	@cargo test --package leadmill-lab --features planted-bugs --test planted -- --test-threads=1

# Half an hour for each release, and root: not a part of .ci/run.
servers-check: tools ## Run all tests and a selftest on the servers of three Debian releases, old and new
	@tests/servers/check.sh

release-check: build ## What is too long for .ci/run: longer selftests, planted bugs, other servers; with BEFORE=v1 workers of that release beside
	@$(MAKE) --no-print-directory check clients
	@.ci/queries
	@cargo build --release && target/release/leadmill mutate --seed 1 --count 200000
	@$(LEADMILL) selftest --seed 1 --minutes 3 --nodes 3
	@$(LEADMILL) selftest --seed 3 --minutes 10 --nodes 3
	@[ -z "$(BEFORE)" ] || tests/before.sh "$(BEFORE)"
	@$(MAKE) --no-print-directory planted servers-check

check: tools ## Check format, lints and documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

build: tools
	@cargo build

tools:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs, then run this again." >&2; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing, which the TLS library and the allocator need to build: run 'sudo apt-get install build-essential', then this again." >&2; exit 1; }
