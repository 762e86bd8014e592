#!/usr/bin/env bash
# Upgrades from the release before; arguments are vitest's. Each recording has a control plane of its own: both are of one
# life, with the same uids, and a garbage collector that has seen an owner go takes what it owned for left over.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
failed=
for file in "$here"/*.test.ts; do
  # A file of results is kept for each.
  bash "$here/../api/with-control-plane.sh" vitest run --config test/upgrade/vitest.config.ts "$file" \
    "${@/%.json/-$(basename "$file" .test.ts).json}" || failed=yes
done
[ -z "$failed" ]
