#!/usr/bin/env bash
# set-version.sh VERSION - gives everything the version of the next release: packages and what they ask of each other, the
# lockfile, images, the chart, the tags in config/, and what programs say of themselves. Then the changelog needs its heading.
set -euo pipefail
to=$1
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ $to =~ ^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z.]+)?$ ]] || {
  echo "'$to' is no version: say 1.2.3" >&2
  exit 1
}
from=$(jq --raw-output .version package.json)
pattern=${from//./\\.}

mapfile -t packages < <(git ls-files package.json '*/package.json' | xargs grep -l "^  \"version\": \"$pattern\"")
sed --in-place --regexp-extended \
  "s#^(  \"version\": |    \"@stockout/[a-z]+\": )\"$pattern\"#\1\"$to\"#" "${packages[@]}"

# Others' packages may have that version too.
lock=$(jq --arg to "$to" '
  def ours: with_entries(if .key | startswith("@stockout/") then .value = $to else . end);
  .version = $to
  | .packages |= with_entries(
      if (.key | contains("node_modules")) then .
      else .value |= (.version = $to | if .dependencies then .dependencies |= ours else . end)
      end)' package-lock.json)
printf '%s\n' "$lock" >package-lock.json

sed --in-place "s#^ARG VERSION=$pattern\$#ARG VERSION=$to#" Dockerfile.*
sed --in-place --regexp-extended "s#^(version|appVersion): $pattern\$#\1: $to#" charts/stockout/Chart.yaml
sed --in-place --regexp-extended \
  "s#(ghcr\.io/stockout/stockout-[a-z]+(:|, newTag: ))$pattern#\1$to#" \
  config/base/deployment.yaml config/overlays/aks/kustomization.yaml
sed --in-place "s#^const VERSION = '$pattern';#const VERSION = '$to';#" operator/src/start-operator.ts
sed --in-place "s#'stockout/$pattern'#'stockout/$to'#" pipeline/src/tables/table.ts
