#!/usr/bin/env bash
# The suites of test/api against a real etcd, kube-apiserver, kube-controller-manager and kube-scheduler on free ports.
# Pods run as processes, by localcluster's node agent joined as a node, with addresses of 10.244.0.0/16 made local.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH=$PWD/node_modules/.bin:$PATH
network=10.244.0.0/16

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

bin=$(bash test/cluster/binaries.sh)
state=$(mktemp -d)
added_route=
finish() {
  trap '' INT TERM
  bash test/cluster/down.sh "$state"
  if [ -n "$added_route" ]; then as_root ip route del local "$network" dev lo || true; fi
  rm -rf "$state"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "$(ip route show table local exact "$network")" ]; then
  as_root ip route add local "$network" dev lo || {
    echo "pods need addresses: run as root, or first: sudo ip route add local $network dev lo" >&2
    exit 1
  }
  added_route=yes
fi
read -r -a ports < <(node test/api/free-ports.mjs 5)
# What the operator asks for is recorded; and naming an owner takes the right to it, as on OpenShift.
bash test/cluster/up.sh "$state" "$bin" "${ports[@]}" \
  --audit-policy-file=test/api/audit-policy.yaml --audit-log-path="$state/log/audit.log" \
  --enable-admission-plugins=OwnerReferencesPermissionEnforcement
export KUBECONFIG=$state/pki/admin.kubeconfig STOCKOUT_API_STATE=$state STOCKOUT_API_BIN=$bin
vitest run --config test/api/vitest.config.ts "$@"
