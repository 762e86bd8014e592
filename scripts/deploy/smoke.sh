#!/usr/bin/env bash
# smoke.sh NAMESPACE/MODEL|none [REQUEST.json] - asks the model's Service for its health and for one score, through the API
# server: an internal load balancer's address is not reached from a runner. Prints the answers.
#
# REQUEST is by default config/samples/predict.json. The API key is one of those that the model's Secret holds.
set -euo pipefail
model=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
request=${2:-$root/config/samples/predict.json}
if [ "$model" = none ]; then
  echo 'no model is named in SMOKE_MODEL: no predictor was asked'
  exit
fi
namespace=${model%/*} name=${model#*/}
folder=$(mktemp -d)
proxy=
finish() {
  if [ -n "$proxy" ]; then kill "$proxy" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

field() { # JSONPATH of the model
  kubectl get --namespace "$namespace" "stockoutmodel/$name" -o "jsonpath={$1}"
}

api_key() { # the first key of the Secret, or nothing
  local secret
  secret=$(field .spec.serving.auth.apiKeySecretRef.name)
  [ -n "$secret" ] || return 0
  kubectl get --namespace "$namespace" "secret/$secret" -o json | jq --raw-output '[.data[]][0] | @base64d'
}

ask() { # PATH [CURL OPTION...]: prints the answer, whatever its status is; 2xx or it fails
  local path=$1
  shift
  # Nothing is rolled back for one broken connection, or a pod that is just going.
  read -r status version < <(curl --silent --show-error --max-time 30 --retry 4 --retry-delay 1 --retry-all-errors \
    --output "$folder/answer" --write-out '%{http_code} %header{x-model-version}\n' \
    --header "@$folder/key" "$@" "$service/$path")
  printf '%s %s: %s\n' "$path" "$status" "$(head -c 2000 "$folder/answer")"
  [[ $status == 2* ]]
}

scheme='' status='' version=''
[ -z "$(field .spec.serving.tls.secretName)" ] || scheme=https:
key=$(api_key)
(umask 077 && printf '%s\n' "${key:+X-API-Key: $key}" >"$folder/key")

# Any free port; it says which.
kubectl proxy --port=0 >"$folder/proxy" &
proxy=$!
until port=$(sed -n 's/^Starting to serve on .*:\([0-9]*\)$/\1/p' "$folder/proxy") && [ -n "$port" ]; do
  kill -0 "$proxy" || exit 1
  sleep 0.1
done
service=http://127.0.0.1:$port/api/v1/namespaces/$namespace/services/$scheme$name:http/proxy

ask health
jq --exit-status '.status == "ok"' "$folder/answer" >/dev/null || {
  echo "$model does not say that it is well" >&2
  exit 1
}
ask predict --header 'Content-Type: application/json' --data-binary "@$request"
jq --exit-status '
  (.stockout_risk_score | type == "number" and . >= 0 and . <= 1) and (.stockout_risk_label | . == 0 or . == 1)
' "$folder/answer" >/dev/null || {
  echo "$model gives no score for $request" >&2
  exit 1
}
echo "version: $version"
