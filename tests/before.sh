#!/usr/bin/env bash
# Workers of an earlier release beside those of this one: a selftest in which each second start of a worker is of
# the older program, on a database of the newer one. It must know that database: from the first freeze of the
# contract on (docs/contract.md) every release does until `program_min` says otherwise.
#
#   before.sh TAG|COMMIT     MINUTES=3 of faults
set -euo pipefail
cd "$(dirname "$0")/.."

before=${1:?which release? before.sh TAG}
commit=$(git rev-parse --verify --quiet "$before^{commit}") || {
    printf 'There is no release `%s` here; `git tag` lists them.\n' "$before" >&2
    exit 1
}
tree=$(mktemp -d)
finish() {
    git worktree remove --force "$tree" 2>/dev/null || true
    rm -rf "$tree"
}
trap finish EXIT

cargo test --workspace --no-run
git worktree add --quiet --detach "$tree" "$commit"
here=$PWD
(cd "$tree" && SQLX_OFFLINE=true CARGO_TARGET_DIR="$here/target/before" cargo build --bin leadmill)
target/debug/leadmill selftest --seed 5 --nodes 1 --minutes "${MINUTES:-3}" --before target/before/debug/leadmill
