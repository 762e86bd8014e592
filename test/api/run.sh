#!/usr/bin/env bash
# The suites of test/api against a real control plane; arguments are vitest's.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
exec bash "$here/with-control-plane.sh" vitest run --config test/api/vitest.config.ts "$@"
