#!/usr/bin/env bash
# with-control-plane.sh COMMAND... - runs a command beside a real etcd, kube-apiserver, kube-controller-manager and
# kube-scheduler on free ports: KUBECONFIG leads there, STOCKOUT_API_STATE and STOCKOUT_API_BIN are its folders,
# STOCKOUT_API_ETCD is etcd's address. Addresses of 10.244.0.0/16 are made local, for pods that run as processes.
# The command may be this script again: STOCKOUT_API_PLANES names the states of all that run by then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH=$PWD/node_modules/.bin:$PATH
network=10.244.0.0/16

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

bin=$(bash test/cluster/binaries.sh)
state=$(mktemp -d)
# Each run has one of its own: who ends takes no addresses from another.
route=(local "$network" dev lo metric $$)
added_route=
finish() {
  trap '' INT TERM
  bash test/cluster/down.sh "$state"
  if [ -n "$added_route" ]; then as_root ip route del "${route[@]}" || true; fi
  rm -rf "$state"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if as_root ip route add "${route[@]}" 2>/dev/null; then
  added_route=yes
elif [ -z "$(ip route show table local exact "$network")" ]; then
  echo "pods need addresses: run as root, or first: sudo ip route add local $network dev lo" >&2
  exit 1
fi
read -r -a ports < <(node test/api/free-ports.mjs 5)
# Each gives out node ports of its own, as many as a fleet of 1,000 models takes: all are ports of one machine, and from
# 32768 on they would be those that callers get.
read -r -a planes <<<"${STOCKOUT_API_PLANES-}"
node_ports=$((30000 - 2768 * ${#planes[@]}))
# What the operator asks for is recorded; and naming an owner takes the right to it, as on OpenShift.
bash test/cluster/up.sh "$state" "$bin" "${ports[@]}" \
  --audit-policy-file=test/api/audit-policy.yaml --audit-log-path="$state/log/audit.log" \
  --enable-admission-plugins=OwnerReferencesPermissionEnforcement \
  --service-node-port-range="$node_ports-$((node_ports + 2767))"
echo "http://127.0.0.1:${ports[1]}" >"$state/etcd-address"
export KUBECONFIG=$state/pki/admin.kubeconfig STOCKOUT_API_STATE=$state STOCKOUT_API_BIN=$bin
export STOCKOUT_API_ETCD=http://127.0.0.1:${ports[1]} STOCKOUT_API_PLANES="${planes[*]} $state"
"$@"
