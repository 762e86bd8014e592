#!/usr/bin/env bash
# notes.sh VERSION [CHANGELOG] - prints what the changelog says of a version: the notes of its release.
set -euo pipefail
version=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
changelog=${2:-$root/CHANGELOG.md}
# `## 0.2.0` or `## [0.2.0] - 2026-12-01`, to the next heading of that size.
notes=$(awk -v version="$version" '
  /^## / { title = $2; gsub(/[][]/, "", title); found = (title == version); next }
  found
' "$changelog")
[ -n "${notes//[[:space:]]/}" ] || {
  echo "$changelog says nothing of $version: give it a heading '## $version' above what has changed" >&2
  exit 1
}
printf '%s\n' "$notes" | sed '/./,$!d'
