#!/usr/bin/env bash
# record.sh FILE - keeps in the cluster what was deployed and has passed its tests: what roll-back.sh goes back to. In the
# ConfigMap stockout-last-deployed, without the CustomResourceDefinitions: stored objects may already hold fields that an
# older one does not know and would drop.
set -euo pipefail
file=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

awk '
  function flush() { if (text != "" && !definition) printf "---\n%s", text; text = ""; definition = 0 }
  /^---$/ { flush(); next }
  /^kind: CustomResourceDefinition$/ { definition = 1 }
  { text = text $0 "\n" }
  END { flush() }
' "$file" >"$folder/manifests.yaml"
kubectl create configmap stockout-last-deployed --namespace stockout-system --from-file="$folder/manifests.yaml" \
  --dry-run=client -o yaml | kubectl apply --server-side --force-conflicts -f -
