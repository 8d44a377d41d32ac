#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# Counts the instructions of the main paths (callgrind; this process only, not the kernel) and holds
# them against Benchmarks/budgets/instructions.tsv: more than the tolerance fails, and so does less,
# since a budget that is not kept up guards nothing. `scripts/instructions.sh --update` writes the
# counts down instead. Further arguments pick scenarios.

set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

budgets=Benchmarks/budgets/instructions.tsv
tolerance=3 # percent
few=1000
many=3000

update=false
if [ "${1-}" = --update ]; then
  update=true
  shift
fi

has valgrind || install valgrind valgrind
swift build -c release --package-path Benchmarks --product Workload

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Valgrind of some distributions cannot read the debug information.
strip --strip-debug -o "$scratch/Workload" \
  "$(swift build -c release --package-path Benchmarks --show-bin-path)/Workload"

# The instructions of a whole run, start and end included.
run() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$scratch/Workload" "$1" "$2" \
    >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; fail "$1 failed"; }
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$scratch/log"
}

failed=false
while IFS=$'\t' read -r scenario budget; do
  if [ $# -gt 0 ] && [[ " $* " != *" $scenario "* ]]; then
    printf '%s\t%s\n' "$scenario" "$budget" >>"$scratch/new"
    continue
  fi
  count=$((($(run "$scenario" $many) - $(run "$scenario" $few)) / (many - few)))
  [ "$count" -gt 0 ] || fail "$scenario: the counts make no sense ($count instructions)"
  printf '%s\t%s\n' "$scenario" "$count" >>"$scratch/new"
  change=$(((count - budget) * 1000 / budget))
  printf '%-24s %8d instructions, budget %8d, %s%d.%d %%\n' "$scenario" "$count" "$budget" \
    "$([ $change -lt 0 ] && echo - || echo +)" $((${change#-} / 10)) $((${change#-} % 10))
  if [ $change -gt $((tolerance * 10)) ] || [ $change -lt $((-tolerance * 10)) ]; then failed=true; fi
done <"$budgets"

if $update; then
  cp "$scratch/new" "$budgets"
elif $failed; then
  fail "a count is off its budget; if it should be, run scripts/instructions.sh --update"
fi
