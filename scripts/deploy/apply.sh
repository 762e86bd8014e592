#!/usr/bin/env bash
# apply.sh FILE [FLAG...] - applies what render.sh has written, and waits for its kinds to be served.
set -euo pipefail
file=$1
shift
kubectl apply --server-side "$@" -f "$file"
# Not --for=condition=Established: kubectl takes it for an error when it looks before there is any condition.
kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Established")].status}=True' --timeout=60s \
  crd/stockoutmodels.stockout.dev crd/scoringjobs.stockout.dev
