#!/usr/bin/env bash
# check-tag.sh TAG - prints the version of a release's tag (v0.2.0 -> 0.2.0), when package.json and the changelog have it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
version=${1#v}
in_package=$(jq --raw-output .version package.json)
[ "$1" = "v$in_package" ] || {
  echo "the tag is $1 and package.json says $in_package: tag v$in_package, or change the version first" >&2
  exit 1
}
scripts/release/notes.sh "$version" >/dev/null
echo "$version"
