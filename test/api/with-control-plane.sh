#!/usr/bin/env bash
# with-control-plane.sh COMMAND... - runs a command beside a real etcd, kube-apiserver, kube-controller-manager and
# kube-scheduler on free ports: KUBECONFIG leads there, STOCKOUT_API_STATE and STOCKOUT_API_BIN are its folders,
# STOCKOUT_API_ETCD is etcd's address. Addresses of 10.244.0.0/16 are made local, for pods that run as processes.
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
export STOCKOUT_API_ETCD=http://127.0.0.1:${ports[1]}
"$@"
