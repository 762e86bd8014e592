#!/usr/bin/env bash
# apply.sh FILE [FLAG...] - applies what render.sh has written, and waits for its kinds to be served.
set -euo pipefail
file=$1
shift
kubectl apply --server-side "$@" -f "$file"
kinds=(crd/stockoutmodels.stockout.dev crd/scoringjobs.stockout.dev)
# First for any condition: kubectl takes it for an error when it looks for one by its name before there is any.
kubectl wait --for='jsonpath={.status.conditions[0].type}' --timeout=60s "${kinds[@]}"
kubectl wait --for=condition=Established --timeout=60s "${kinds[@]}"
