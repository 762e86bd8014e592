#!/usr/bin/env bash
# The upgrade from the release before, on a real control plane; arguments are vitest's.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
exec bash "$here/../api/with-control-plane.sh" vitest run --config test/upgrade/vitest.config.ts "$@"
