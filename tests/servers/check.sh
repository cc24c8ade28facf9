#!/usr/bin/env bash
# All tests and a selftest of three nodes on the servers of each Debian release that is named, by default
# the oldest and the newest that leadmill is said to run on, and one between. Prints the table of
# docs/reliability.md. A release that does not run on this machine is passed over, and said so.
#
#   check.sh [RELEASE …]     MINUTES=1 of faults in each selftest
set -euo pipefail
cd "$(dirname "$0")/../.."

MINUTES=${MINUTES:-1}
debian=tests/servers/debian.sh
leadmill=target/debug/leadmill
export SQLX_OFFLINE=true
command -v cargo-nextest >/dev/null || {
    printf 'cargo-nextest is missing: install it as https://nexte.st says, then run this again.\n' >&2
    exit 1
}
failed=no
table=$(mktemp)
finish() {
    "$debian" stop 2>/dev/null || true
    rm -f "$table"
}
trap finish EXIT

# A row of the table; what ran is shown while it runs, and its last words are kept.
row() {
    local log tests selftest
    log=$(mktemp)
    "$debian" inside cargo nextest run --workspace --no-fail-fast 2>&1 | tee "$log" || failed=yes
    tests=$(sed -n 's/.*Summary \[ *\([0-9.]*s\)\] \(.*\)/\2/p' "$log")
    # On that release's programs: a cluster and a database of its own.
    "$debian" inside "$leadmill" selftest --seed 1 --nodes 3 --minutes "$MINUTES" 2>&1 | tee "$log" || failed=yes
    selftest="$(sed -n 's/^\([0-9]* faults of [0-9]* kinds\) .*/\1/p' "$log"): $(tail -n 1 "$log")"
    printf '| %s | %s | %s |\n' "$1" "${tests:-did not run}" "$selftest" >>"$table"
    rm -f "$log"
}

cargo test --workspace --no-run
read -ra releases <<<"${*:-bookworm trixie forky}"
for SUITE in "${releases[@]}"; do
    export SUITE
    if ! "$debian" make || ! "$debian" inside "$leadmill" --version >/dev/null; then
        printf 'Passed over: what was built here does not run on the servers of Debian %s.\n' "$SUITE" | tee -a "$table"
        continue
    fi
    servers=$("$debian" start)
    eval "$servers"
    row "$("$debian" versions)"
    "$debian" stop
done
printf '\n| Servers | All tests | Selftest, three nodes, %s min |\n| --- | --- | --- |\n' "$MINUTES"
cat "$table"
[[ $failed == no ]]
