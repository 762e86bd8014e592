#!/usr/bin/env bash
# wait.sh NAMESPACE/MODEL|none - until the operator that was applied runs and the model is served by the predictor that the
# operator was told to run. A new predictor comes up beside the old one, which serves on until all its pods are proven:
# the model is Ready all the while, so that its condition alone would say nothing.
#
# WAIT_SECONDS is the most that each of the two may take (default: 600).
set -euo pipefail
model=$1
seconds=${WAIT_SECONDS:-600}
operator=(--namespace stockout-system deployment/stockout-operator)

kubectl rollout status "${operator[@]}" --timeout="${seconds}s" || {
  kubectl get pods --namespace stockout-system -o wide >&2
  exit 1
}
if [ "$model" = none ]; then exit; fi
namespace=${model%/*} name=${model#*/}
label=stockout.dev/model=$name

kubectl get --namespace "$namespace" "stockoutmodel/$name" >/dev/null || {
  echo "there is no model to test with: apply config/overlays/aks/models, or name another one, or none, in the variable SMOKE_MODEL" >&2
  exit 1
}

serving_image() { # of the color that the Service selects
  local color
  color=$(kubectl get --namespace "$namespace" "service/$name" -o 'jsonpath={.spec.selector.stockout\.dev/color}') || return
  kubectl get deployments --namespace "$namespace" --selector "$label,stockout.dev/color=$color" \
    -o 'jsonpath={.items[*].spec.template.spec.containers[0].image}'
}

wanted=$(kubectl get "${operator[@]}" \
  -o 'jsonpath={.spec.template.spec.containers[0].env[?(@.name=="STOCKOUT_PREDICTOR_IMAGE")].value}')
deadline=$((SECONDS + seconds))
until [ "$(serving_image)" = "$wanted" ]; do
  if [ $SECONDS -ge $deadline ]; then
    echo "after $seconds s $model is not served by $wanted:" >&2
    kubectl get --namespace "$namespace" "stockoutmodel/$name" -o wide >&2
    kubectl get pods --namespace "$namespace" --selector "$label" -o wide >&2
    exit 1
  fi
  sleep 2
done
kubectl wait --namespace "$namespace" "stockoutmodel/$name" --for=condition=Ready --timeout="${seconds}s"
