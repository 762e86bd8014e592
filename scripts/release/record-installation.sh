#!/usr/bin/env bash
# record-installation.sh [REF] - writes test/api/previous-release of a release (a tag or commit; default: the newest tag):
# its install.yaml, and what its own operator makes of a model and a scoring job on a real API server, as it stands there in
# the middle of a rollout (rollout.json) and at its end (settled.json).
# test/upgrade upgrades from it. Needs what `npm run test:api` needs; about two minutes, once Kubernetes is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ref=${1:-$(git describe --tags --abbrev=0)}
out=$PWD/test/api/previous-release
tree=$(mktemp -d)
finish() { git worktree remove --force "$tree"; }
trap finish EXIT

git worktree add --quiet --detach "$tree" "$ref"
(cd "$tree" && npm ci --silent)
bin=$(bash test/cluster/binaries.sh)
version=$(jq --raw-output .version "$tree/package.json")
mkdir -p "$out"
PATH=$bin:$PATH bash "$tree/scripts/install-yaml.sh" ghcr.io/stockout "$version" >"$out/install.yaml"
bash test/api/with-control-plane.sh node test/api/record-installation.ts "$tree" "$(git describe --tags --always "$ref")" "$out"
if grep --line-number --fixed-strings -e "${TMPDIR:-/tmp}/" -- "$out"/*.json; then
  echo "these are paths of this machine: leave them out (test/api/record-installation.ts)" >&2
  exit 1
fi
