#!/usr/bin/env bash
# The upgrade from the release before, on a real control plane; arguments are vitest's. Not a part of .ci/run: in two runs of
# seven the recorded objects were not all there after they had been put back, and why is not known yet.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
exec bash "$here/../api/with-control-plane.sh" vitest run --config test/upgrade/vitest.config.ts "$@"
