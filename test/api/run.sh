#!/usr/bin/env bash
# The suites of test/api against two real control planes: two files run side by side, each with one to itself.
# Arguments are vitest's.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
exec bash "$here/with-control-plane.sh" bash "$here/with-control-plane.sh" \
  vitest run --config test/api/vitest.config.ts "$@"
