#!/usr/bin/env bash
# diagnose.sh KUBECTL - what people look at first when something in the cluster of $KUBECONFIG is not as it should be.
set -uo pipefail
kubectl=$1
"$kubectl" get pods,stockoutmodels,scoringjobs --all-namespaces --output wide
"$kubectl" get events --all-namespaces --field-selector involvedObject.kind=StockoutModel --sort-by=.lastTimestamp | tail -40
"$kubectl" get events --all-namespaces --sort-by=.lastTimestamp | tail -40
"$kubectl" logs --namespace stockout-system --selector app.kubernetes.io/component=operator --prefix --tail 40
"$kubectl" get pods --all-namespaces --field-selector status.phase!=Running,status.phase!=Succeeded \
  --output custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name --no-headers |
  while read -r namespace name; do
    echo "--- $namespace/$name"
    "$kubectl" logs --namespace "$namespace" "$name" --all-containers --tail 20
  done
