#!/usr/bin/env bash
# roll-back.sh NAMESPACE/MODEL|none - puts back what passed its tests last (see record.sh): the images by their digests and
# the manifests around them. Objects that came since stay, and so do the CustomResourceDefinitions.
set -euo pipefail
model=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

kubectl get configmap stockout-last-deployed --namespace stockout-system --ignore-not-found \
  -o 'jsonpath={.data.manifests\.yaml}' >"$folder/manifests.yaml"
if [ ! -s "$folder/manifests.yaml" ]; then
  echo "nothing was deployed by these scripts before, so there is nothing to go back to; by hand:" \
    "kubectl -n stockout-system rollout undo deployment/stockout-operator" >&2
  exit 1
fi
"$here/apply.sh" "$folder/manifests.yaml" --force-conflicts
"$here/wait.sh" "$model"
"$here/smoke.sh" "$model"
printf 'rolled back to\n'
grep -ohE '[^ ]+/stockout-(operator|pipeline|predictor)@sha256:[0-9a-f]+' "$folder/manifests.yaml" | sort -u
